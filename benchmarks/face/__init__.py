"""The living city, its console and the hotline's ear."""
