"""Replay: a file of readings into a running hub, and a changed rule over the city's history."""
