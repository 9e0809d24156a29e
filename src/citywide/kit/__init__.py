"""Geometry, time, units, identifiers and statistics; knows no city words."""
