"""`citywide controller`: a signal controller that speaks NTCIP 1202 joins a hub."""

import os
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import msgspec

from citywide.kit.commands import Command
from citywide.systems.traffic.interfaces.ntcip import PROFILES, Controller, UdpWire, profile_of
from citywide.systems.traffic.poller import Ask, Poller


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--host", required=True, help="the controller's address")
    parser.add_argument("--port", type=int, default=161, help="its SNMP port")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="standard", help="its vendor")
    parser.add_argument("--crossing", required=True, help="the crossing's name at the hub, such as 01")
    parser.add_argument("--hub", default="http://127.0.0.1:8080", help="the hub's address")
    parser.add_argument("--token", default=os.environ.get("CITYWIDE_TOKEN", ""), help="or CITYWIDE_TOKEN")
    parser.add_argument("--pattern", type=_pattern, action="append", default=[], metavar="PLAN=NUMBER",
                        help="which pattern of the controller is which plan of the hub, such as peak=3")  # fmt: skip
    parser.add_argument("--walk", type=_walk, action="append", default=[], metavar="PHASE=GROUP",
                        help="which pedestrian phase is which signal group of the hub, such as 2=9")  # fmt: skip


def _walk(text: str) -> tuple[int, int]:
    phase, _, group = text.partition("=")
    if not (phase.isdigit() and group.isdigit() and 1 <= int(phase) <= 16 and 1 <= int(group) <= 255):
        raise ArgumentTypeError(f"{text!r}; accepted: a phase from 1 to 16 and a group from 1 to 255, such as 2=9")
    return int(phase), int(group)


def _pattern(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if not name or not number.isdigit() or not 0 <= int(number) <= 253:
        raise ArgumentTypeError(f"{text!r}; accepted: a plan and a pattern from 0 to 253, such as peak=3")
    return name, int(number)


def _run(options: Namespace) -> int:
    controller = Controller(UdpWire(options.host, options.port), profile_of(options.profile))
    ask, walks = asker(options.hub, options.token), dict(options.walk)
    poller = Poller(controller, ask, options.crossing, dict(options.pattern), walks)
    try:
        while True:
            poller.second(datetime.now(UTC))
            time.sleep(1 - time.time() % 1)
    except KeyboardInterrupt:
        return 0


def asker(hub: str, token: str) -> Ask:
    """How the hub is asked; a crossing that has been told no plan yet is no error."""

    def ask(verb: str, path: str, body: Any) -> Any:
        sent = None if body is None else msgspec.json.encode(body)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            with urlopen(Request(hub + path, sent, headers, method=verb), timeout=10) as answer:  # noqa: S310 - the operator's own hub
                return msgspec.json.decode(answer.read())
        except HTTPError as error:
            if verb == "GET" and error.code == 404:
                return None
            raise

    return ask


COMMANDS = (Command("controller", "join a signal controller that speaks NTCIP 1202 to a hub", _options, _run),)
