"""What a response may ask of the hub; all of one response are carried out in one transaction."""

from collections.abc import Mapping

from msgspec import Struct, field

from citywide.hub.vocabulary.events import Event
from citywide.hub.vocabulary.things import Entity
from citywide.kit.geometry import Point
from citywide.kit.text import Text


class OpenCase(Struct, frozen=True, tag="open_case"):
    """Open a case, or join the one that is open nearby.

    `wants` names the kind of unit to send: the nearest free one that has what it `needs`; when nobody is
    free the case waits openly and goes to the first that frees up. `assign_to` sends a unit already chosen.
    """

    title: Text
    category: str
    about: Entity | None = None
    place: Point | None = None
    assign_to: str | None = None
    wants: str | None = None
    needs: Mapping[str, object] = field(default_factory=dict[str, object])
    because: int | None = None
    details: str = ""
    facts: Mapping[str, object] = field(default_factory=dict[str, object])


class CloseCase(Struct, frozen=True, tag="close_case"):
    """Close the open case that this alarm opened; its crew is free again."""

    because: int
    note: Text


class Notify(Struct, frozen=True, tag="notify"):
    """Tell the people who hold a role in a department."""

    department: str
    role: str
    says: Text


class Tell(Struct, frozen=True, tag="tell"):
    """Send an order to a device or a unit: open the pump, show the plan."""

    entity: str
    order: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])


class Note(Struct, frozen=True, tag="note"):
    """Write a decision into the evidence log without doing anything else."""

    kind: str
    says: Text
    facts: Mapping[str, object] = field(default_factory=dict[str, object])


class Publish(Struct, frozen=True, tag="publish"):
    """Tell every system that listens; what they ask for is carried out in the same transaction."""

    event: Event


Command = OpenCase | CloseCase | Notify | Tell | Note | Publish
