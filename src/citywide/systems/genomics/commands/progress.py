"""A line that says how far a scan is and how long it will take."""

import sys
import time


class Progress:
    """Called with (done, all) variants; writes a line to the terminal, or every ten seconds to a log."""

    def __init__(self, quiet: bool = False) -> None:
        """Start the clock."""
        self.quiet, self.begun, self.said = quiet, time.monotonic(), 0.0
        self.first: int | None = None

    def __call__(self, done: int, whole: int) -> None:
        """Say how far we are, not more often than people can read."""
        now = time.monotonic()
        if self.first is None:
            self.first = done
        every = 0.2 if sys.stderr.isatty() else 10.0
        if self.quiet or (now - self.said < every and done < whole):
            return
        self.said = now
        end = "\r" if sys.stderr.isatty() and done < whole else "\n"
        print(
            f"{line(done, whole, done - self.first, now - self.begun)}   ",
            end=end,
            file=sys.stderr,
            flush=True,
        )


def line(done: int, whole: int, lately: int, seconds: float) -> str:
    """`12 %  24,576 of 200,000 variants  1,200,000 a second  3 s left`."""
    pace = lately / seconds if seconds > 0 else 0.0
    left = f"  {duration((whole - done) / pace)} left" if pace > 0 and done < whole else ""
    return f"{100 * done // max(whole, 1)} %  {done:,} of {whole:,} variants  {pace:,.0f} a second{left}"


def duration(seconds: float) -> str:
    """`3 s`, `4 min 10 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
