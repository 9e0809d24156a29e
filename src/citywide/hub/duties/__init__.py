"""What a worker does beside taking readings in: writing memory down, climbing ladders, growing the log, jobs."""
