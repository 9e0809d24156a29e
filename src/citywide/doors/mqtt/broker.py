"""A mosquitto of our own, for the demo, for tests and for benchmarks."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

PROGRAMS = ("mosquitto", "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto")
SETTINGS = """listener {port} 127.0.0.1
allow_anonymous true
max_inflight_messages 0
max_queued_messages 0
persistence false
log_type error
user nobody
"""


def find_mosquitto() -> str | None:
    """The broker's program, if this machine has one."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def start_broker(folder: Path, port: int, more: str = "") -> "subprocess.Popen[bytes]":
    """Start a broker on this port, with more lines of its settings, and wait until it answers."""
    program = find_mosquitto()
    if program is None:
        raise FileNotFoundError("mosquitto is not installed (Debian: apt-get install mosquitto)")
    folder.mkdir(parents=True, exist_ok=True)
    conf = folder / "mosquitto.conf"
    conf.write_text(SETTINGS.format(port=port) + more)
    broker = subprocess.Popen([program, "-c", str(conf)])  # noqa: S603 - found above
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return broker
        time.sleep(0.05)
    broker.kill()
    raise TimeoutError(f"mosquitto does not answer on port {port}")
