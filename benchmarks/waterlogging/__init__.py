"""Forecasts of water against trees trained on the same storms."""
