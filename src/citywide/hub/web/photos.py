"""Photos that come in by a door: scrubbed, or refused with what would be accepted."""

from citywide.hub.ingest.batch import Refusal
from citywide.hub.reports.photos import PhotoError, scrubbed
from citywide.hub.web.problems import Problem


def scrubbed_or_refused(body: bytes, at: int) -> bytes:
    """The photo without what it tells of its maker, or a clear refusal."""
    try:
        return scrubbed(body)
    except PhotoError as error:
        refusal = Refusal(f"photo.{at}", str(error), "JPEG, PNG or WebP of at most 10 MB")
        raise Problem(422, "a photo was not taken", [refusal]) from error
