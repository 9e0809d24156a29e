"""The simulated city's health: usual counts with seasons, outbreaks among agents, and how all of it is reported."""
