"""Genome scans, quality control and scores on plain files and arrays, unaware of the hub."""
