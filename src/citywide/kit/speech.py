"""How a server says what happened: lines for people at a terminal, JSON for machines, never anybody's variables."""

import sys
from contextlib import suppress
from typing import Any

import structlog
from structlog.typing import Processor


class Teller(structlog.PrintLogger):
    """Tells what happened; a full disk under the log must not end who tells it."""

    def msg(self, message: str) -> None:
        """Print one line, if that is possible."""
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = error = critical = fatal = failure = exception = msg


def speak() -> None:
    """Set the log up; a traceback shows lines of code only: variables may hold somebody's data."""
    structlog.configure(processors=[*_always(), *_form()], logger_factory=_teller)


def _teller(*_: Any) -> Teller:
    return Teller()


def _always() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _form() -> list[Processor]:
    if sys.stdout.isatty():
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
