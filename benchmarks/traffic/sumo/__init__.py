"""SUMO scenarios, driven by our controller and by its peers."""
