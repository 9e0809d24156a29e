"""The hub's laboratory: studies are asked for, begun one at a time, followed, stopped, and their results taken in."""
