"""What data the city holds, whose it is, and how fresh, complete and plausible; computed, never typed in."""
