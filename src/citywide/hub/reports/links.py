"""Pictures that an app keeps elsewhere: their addresses are shown, and never fetched by the hub."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from psycopg import Connection

from citywide.hub.cases.steps import step
from citywide.kit.text import Text

LONGEST = 2000
SCHEMES = ("http", "https")
ELSEWHERE = Text("a picture that lies elsewhere", "外部图片链接")


class LinkError(ValueError):
    """What is no address that may be shown; says why."""


def web_address(text: str) -> str:
    """An address that is safe to be shown as a link: of the web, of somewhere, and without a password in it."""
    try:
        parts = urlsplit(text)
        plain = bool(parts.hostname) and "@" not in parts.netloc
    except ValueError as error:
        raise LinkError(f"this is no address: {error}") from error
    if parts.scheme not in SCHEMES or not plain:
        raise LinkError("an address that begins with http:// or https:// and names a place on the web")
    if len(text) > LONGEST or not text.isprintable() or " " in text:
        raise LinkError(f"an address of at most {LONGEST} characters, without spaces")
    return text


def keep_links(connection: Connection, case: int, links: Sequence[str], at: datetime, who: str) -> None:
    """Links stay with the case alone; the evidence log, which forgets nothing, says only that there is one."""
    for link in links:
        step(connection, case, at, who, "added", ELSEWHERE, {"link": link})
