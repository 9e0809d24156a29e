"""What one system tells all others; the words themselves stand in `ports`, a file per publisher."""

from msgspec import Struct

from citywide.hub.vocabulary.affairs import Alarm
from citywide.kit.text import Text


class Event(Struct, frozen=True):
    """News that other systems should hear of, in a sentence, and the alarm that told of it."""

    alarm: Alarm
    says: Text
