"""What residents' words mean, and how that is learned: from a city's own cases, or from made calls at a cold start."""
