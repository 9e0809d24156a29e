"""What places report of their days, the past ones too, and what was known when."""
