"""The terminal tool: reads arguments and files, calls the engine, prints what a report formats; it decides nothing."""
