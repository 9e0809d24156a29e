"""What every twin of the simulated city stands on: how it behaves and speaks, and the ways it drives."""
