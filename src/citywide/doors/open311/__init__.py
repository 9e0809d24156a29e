"""Open311 GeoReport v2, for the apps that cities already have."""

ROOMS = ()
