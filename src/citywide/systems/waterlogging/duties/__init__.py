"""What the hub does by the clock: forecasts every five minutes, the health of gauges, refits at night."""
