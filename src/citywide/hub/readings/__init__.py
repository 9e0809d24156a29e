"""Readings that were kept: latest values, history over hot and archived days, counts."""
