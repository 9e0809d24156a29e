"""Replay: a file of readings or a recording into a running hub, and a changed rule over the city's history."""
