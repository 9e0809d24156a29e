"""Lights, incidents and measures against what others do."""
