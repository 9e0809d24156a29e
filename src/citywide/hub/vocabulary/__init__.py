"""The words in which a system is declared and the city is spoken of; frozen, and proved whole by `check`."""
