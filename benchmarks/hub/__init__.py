"""The hub: what it takes in, survives and remembers."""
