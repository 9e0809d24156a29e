"""The simulated city: seeded, any size; it speaks only through the doors."""
