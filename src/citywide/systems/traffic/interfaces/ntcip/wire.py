"""The wire to a controller: one datagram there, one back."""

import socket
from dataclasses import dataclass
from typing import Protocol


class Wire(Protocol):
    """Sends one datagram and waits for its answer; None when none came."""

    def exchange(self, request: bytes, timeout_s: float) -> bytes | None:
        """The answer to a request."""
        ...


@dataclass
class UdpWire:
    """A controller's UDP port."""

    host: str
    port: int = 161

    def exchange(self, request: bytes, timeout_s: float) -> bytes | None:
        """One request, one answer."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug:
            plug.settimeout(timeout_s)
            plug.connect((self.host, self.port))
            try:
                plug.send(request)
                return plug.recv(65_535)
            except OSError:
                return None
