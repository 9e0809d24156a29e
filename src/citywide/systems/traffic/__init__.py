"""Crossings that see every vehicle, time every light and notice what is wrong."""
