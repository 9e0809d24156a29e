"""The things of the city: registered once, found by name, kept in step over all workers."""
