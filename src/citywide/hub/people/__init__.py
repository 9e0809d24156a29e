"""Who asks, in which role, for what purpose; and the one door to personal data."""

from citywide.hub.people.who import ROLES, Person, Purpose, Who

__all__ = ["ROLES", "Person", "Purpose", "Who"]
