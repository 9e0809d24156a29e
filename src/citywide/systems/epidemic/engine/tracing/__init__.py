"""Who infected whom and where, and whom to call next."""

from citywide.systems.epidemic.engine.tracing.contacts import Contact, contact_list
from citywide.systems.epidemic.engine.tracing.meetings import Records
from citywide.systems.epidemic.engine.tracing.sampling import Traced, trace
from citywide.systems.epidemic.engine.tracing.sequences import differences

__all__ = ["Contact", "Records", "Traced", "contact_list", "differences", "trace"]
