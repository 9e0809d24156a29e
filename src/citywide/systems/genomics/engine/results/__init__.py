"""What a scan leaves behind: tables, signals, inflation, pictures, and a page that opens anywhere."""
