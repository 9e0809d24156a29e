"""The MQTT door: readings from a real broker, acknowledged to it after commit."""
