"""The simulated city's land: rivers and hills, streets, districts, places and their names."""

from citywide.demo.land.city import SimulatedCity, make_city, write_city

__all__ = ["SimulatedCity", "make_city", "write_city"]
