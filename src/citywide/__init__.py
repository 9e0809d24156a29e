"""citywide: one hub that a city runs on."""
