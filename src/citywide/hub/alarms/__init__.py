"""Alarms: raised and cleared with the readings that caused them, acknowledged by people, answered once."""
