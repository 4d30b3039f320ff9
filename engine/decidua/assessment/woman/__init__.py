"""Who she is: definitions side by side, which losses count, panels, and the head of an assessment."""
