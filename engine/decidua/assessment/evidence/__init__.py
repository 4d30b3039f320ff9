"""What is known of an option: lines of evidence rated for her, studies, what others published, documents."""
