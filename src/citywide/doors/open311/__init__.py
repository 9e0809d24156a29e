"""Open311 GeoReport v2, for the apps that cities already have."""

from citywide.doors.open311 import making, requests, services, updates

ROOMS = (services, making, requests, updates)
