"""The simulated underpasses and their crews."""
