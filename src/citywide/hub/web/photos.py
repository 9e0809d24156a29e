"""Photos that come in by a door: scrubbed, or refused with what would be accepted."""

from collections.abc import Sequence

from citywide.hub.ingest.batch import Refusal
from citywide.hub.reports.photos import MOST, PhotoError, scrubbed
from citywide.hub.web.problems import Problem


def all_scrubbed(bodies: Sequence[bytes]) -> list[bytes]:
    """The photos without what they tell of their maker, or a clear refusal; none is dropped in silence."""
    not_too_many(len(bodies))
    return [_scrubbed(body, at) for at, body in enumerate(bodies)]


def not_too_many(count: int) -> None:
    """Refuse more photos than a report or a step holds."""
    if count > MOST:
        raise Problem(422, "too many photos", [Refusal("photo", f"{count} photos", f"at most {MOST}")])


def _scrubbed(body: bytes, at: int) -> bytes:
    try:
        return scrubbed(body)
    except PhotoError as error:
        refusal = Refusal(f"photo.{at}", str(error), "JPEG, PNG or WebP of at most 10 MB")
        raise Problem(422, "a photo was not taken", [refusal]) from error
