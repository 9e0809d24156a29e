"""Forecasts, outbreaks, tracing and allocation against their peers."""
