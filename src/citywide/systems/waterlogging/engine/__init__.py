"""The waterlogging engine on plain arrays: storms, the forecast, and the health of gauges."""
