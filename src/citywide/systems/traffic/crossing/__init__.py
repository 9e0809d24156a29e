"""A crossing's shape: its lanes, phases and geometry, as its facts say."""
