"""What a page shows of the hub: its own pages, the data behind every widget, and names instead of codes."""
