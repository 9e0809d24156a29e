"""The hotline's doors: its own call-takers, other channels of the city, and the call-back."""

from citywide.systems.hotline.api import call_back, calls, channels

HANDLERS = [*calls.HANDLERS, *channels.HANDLERS, *call_back.HANDLERS]
