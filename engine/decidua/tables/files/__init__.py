"""Tables in files: CSV, Parquet (a folder of parts too) and Arrow, and why one cannot be read."""
