"""The simulated residents, departments and teams; what is truly wrong, or mended, is known here alone."""
