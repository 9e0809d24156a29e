"""A controller in the same process: NTCIP 1202 objects behind real datagrams, for tests and the demo."""

import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from citywide.systems.traffic.interfaces.ntcip import profiles as at
from citywide.systems.traffic.interfaces.ntcip.ber import (
    MISSING,
    BadMessage,
    Message,
    Missing,
    Oid,
    Value,
    Verb,
    decode,
    encode,
)

NO_SUCH_NAME, BAD_VALUE, READ_ONLY = 2, 3, 4


@dataclass
class Agent:
    """Objects by number; those under CONTROL, the pattern wanted and the vendor's switch can be set."""

    objects: dict[Oid, Value] = field(default_factory=dict[Oid, Value])
    community: bytes = b"public"
    writable: set[Oid] = field(default_factory=set[Oid])

    @classmethod
    def with_phases(cls, phases: int = 8, switch: Oid | None = None) -> Self:
        """A controller at rest: all red, pattern 1."""
        agent = cls({at.MAX_PHASES: phases, at.PATTERN_IN_FORCE: 1, at.PATTERN_WANTED: 0})
        agent.writable = {at.PATTERN_WANTED} | ({switch} if switch else set[Oid]())
        for group in (1, 2):
            for column in range(2, 12):
                agent.objects[(*at.STATUS, column, group)] = 0
            for column in range(2, 8):
                agent.objects[(*at.CONTROL, column, group)] = 0
                agent.writable.add((*at.CONTROL, column, group))
            agent.objects[(*at.STATUS, at.REDS, group)] = 255
        for phase in range(1, phases + 1):
            for column, value in ((2, 7), (3, 12), (4, 6), (6, 40), (8, 35), (9, 20)):
                agent.objects[(*at.TIMES, column, phase)] = value
        if switch:
            agent.objects[switch] = 0
        return agent

    def show_green(self, *phases: int) -> None:
        """Puts these phases on green and all others on red."""
        for group in (1, 2):
            mask = sum(1 << (p - 1) % 8 for p in phases if (p - 1) // 8 == group - 1)
            self.objects[(*at.STATUS, at.GREENS, group)] = mask
            self.objects[(*at.STATUS, at.REDS, group)] = 255 - mask

    def answer(self, data: bytes) -> bytes | None:
        """The datagram that answers; silence for what is no SNMP or not for this community."""
        try:
            asked = decode(data)
        except BadMessage:
            return None
        if asked.community != self.community:
            return None
        return encode(self._set(asked) if asked.verb is Verb.SET else self._get(asked))

    def exchange(self, request: bytes, timeout_s: float) -> bytes | None:
        """As a wire without a network."""
        del timeout_s
        return self.answer(request)

    def _get(self, asked: Message) -> Message:
        oids = [self._next(oid) if asked.verb is Verb.GET_NEXT else oid for oid, _ in asked.bindings]
        found = tuple((oid, self.objects.get(oid, MISSING)) for oid in oids)
        absent = [place for place, (_, value) in enumerate(found, 1) if isinstance(value, Missing)]
        if absent and asked.version == 0:
            return _refused(asked, NO_SUCH_NAME, absent[0])
        return Message(Verb.RESPONSE, asked.request, found, asked.community, asked.version)

    def _set(self, asked: Message) -> Message:
        for place, (oid, value) in enumerate(asked.bindings, 1):
            if oid not in self.objects:
                return _refused(asked, NO_SUCH_NAME, place)
            if oid not in self.writable:
                return _refused(asked, READ_ONLY, place)
            if not isinstance(value, int) or not 0 <= value <= 255:
                return _refused(asked, BAD_VALUE, place)
        for oid, value in asked.bindings:
            assert not isinstance(value, Missing)
            self.objects[oid] = value
        return Message(Verb.RESPONSE, asked.request, asked.bindings, asked.community, asked.version)

    def _next(self, oid: Oid) -> Oid:
        return min((known for known in self.objects if known > oid), default=(*oid, 0))


def _refused(asked: Message, error: int, place: int) -> Message:
    return Message(Verb.RESPONSE, asked.request, asked.bindings, asked.community, asked.version, error, place)


class AgentServer:
    """The agent on a UDP port of this machine, as a context."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self._plug = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._plug.bind(("127.0.0.1", 0))
        self._plug.settimeout(0.1)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._plug.getsockname()[1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._plug.close()

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                data, sender = self._plug.recvfrom(65_535)
            except TimeoutError:
                continue
            if (answer := self.agent.answer(data)) is not None:
                self._plug.sendto(answer, sender)
