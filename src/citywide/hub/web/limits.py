"""How often one address may ask, so that a flood of reports does not drown the people who read them."""

import time
from collections.abc import Callable
from contextlib import suppress
from ipaddress import AddressValueError, IPv6Address, IPv6Network
from typing import Any

from litestar import Request

from citywide.hub.web.problems import Problem

MOST_ADDRESSES = 50_000


class Limit:
    """A bucket for each address: so many at once, then so many a second."""

    def __init__(self, at_once: float, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.at_once, self.per_second, self._clock = at_once, per_second, clock
        self._left: dict[str, tuple[float, float]] = {}

    def allows(self, address: str) -> bool:
        """Take one from the address's bucket, if there is one."""
        now = self._clock()
        left, since = self._left.get(address, (self.at_once, now))
        left = min(self.at_once, left + (now - since) * self.per_second)
        if len(self._left) >= MOST_ADDRESSES:
            self._forget(now)
        self._left[address] = (left - 1 if left >= 1 else left), now
        return left >= 1

    def _forget(self, now: float) -> None:
        full = self.at_once / self.per_second
        self._left = {name: each for name, each in self._left.items() if now - each[1] < full}
        while len(self._left) >= MOST_ADDRESSES:
            self._left.pop(next(iter(self._left)))


REPORTS = Limit(at_once=20, per_second=1 / 30)
QUESTIONS = Limit(at_once=120, per_second=2)


def limited(request: Request[Any, Any, Any], limit: Limit) -> None:
    """Refuse an address that asks too often."""
    if not limit.allows(address_of(request)):
        raise Problem(429, "too many requests from your address; please wait a little")


def address_of(request: Request[Any, Any, Any]) -> str:
    """Where a request comes from; of IPv6 the network, since a household has 2^64 addresses to change between."""
    return neighbourhood(request.client.host if request.client else "unknown")


def neighbourhood(host: str) -> str:
    """The network of an IPv6 address; an IPv4 address stays itself, however a listener on IPv6 writes it."""
    with suppress(AddressValueError):
        address = IPv6Address(host.partition("%")[0])
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))
    return host
