"""`citywide serve`, `citywide check` and `citywide migrate`: a hub runs, is proved, is brought up to date."""

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from citywide.app import EVERYTHING
from citywide.commands.options import database_options, number, settings_of
from citywide.commands.recordings import not_understood
from citywide.commands.serve import kept_alive, must_be_possible, ready_database, serve
from citywide.hub.vocabulary.check import faults
from citywide.kit.commands import Command


def _serve_options(parser: ArgumentParser) -> None:
    database_options(parser)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=number(1, 65_535), default=8080)
    parser.add_argument("--workers", type=number(1, 64), default=1)
    parser.add_argument("--peer-host", default="127.0.0.1", help="where this machine's workers hear their peers")
    parser.add_argument("--certificate", type=Path, help="serve TLS with this certificate (PEM)")
    parser.add_argument("--certificate-key", type=Path, help="and this key")
    parser.add_argument("--behind", nargs="*", default=(), metavar="ADDRESS", help="proxies in front of the hub")
    parser.add_argument("--keep-days", type=number(2, 36_525), default=90, help="days of readings kept in the database")
    parser.add_argument("--post-quantum", action="store_true", help="sign the evidence log by ML-DSA-44 as well")
    parser.add_argument("--session-hours", type=number(1, 8784), default=12, help="how long a staff session lasts")
    parser.add_argument("--more-systems", nargs="*", default=(), metavar="MODULE:NAME", help="systems of your own")
    broker = os.environ.get("CITYWIDE_MQTT", "")
    parser.add_argument("--mqtt", default=broker, help="a broker to read from, such as mqtts://hub:secret@broker.city")


def _serve(options: Namespace) -> int:
    given = settings_of(options)
    must_be_possible(given)
    with kept_alive(given) as settings:
        print(f"citywide answers at {settings.address}", flush=True)
        serve(settings)
    return 0


def _check(_: Namespace) -> int:
    found = faults(EVERYTHING) or not_understood(EVERYTHING)
    print("\n".join(found) or f"{len(EVERYTHING)} systems, every declaration holds, every sample is understood")
    return 1 if found else 0


def _migrate(options: Namespace) -> int:
    with ready_database(settings_of(options)):
        print("the schema is up to date")
    return 0


RUNNING = (
    Command("serve", "run a city's hub", _serve_options, _serve),
    Command("check", "prove every system's declaration and samples", lambda _: None, _check),
    Command("migrate", "bring the database's schema up to date", database_options, _migrate),
)
