"""Residents' reports: the same way in as an alarm's, with photos and with nobody's name on the case."""
