"""What the server says of a failure names the line of code and nobody's data."""

import json
import subprocess
import sys

SPEAKING = """
import structlog
from citywide.kit.speech import speak

def fails(patient):
    raise ValueError("the bed is taken")

speak()
try:
    fails("Li Na, 13 March 1971")
except ValueError:
    structlog.get_logger().warning("admission_failed", ward="七病区", exc_info=True)
"""


def test_a_failure_is_one_line_of_json_with_its_traceback_and_without_variables() -> None:
    done = subprocess.run([sys.executable, "-c", SPEAKING], check=True, capture_output=True, text=True)
    said = json.loads(done.stdout)
    assert (said["event"], said["level"], said["ward"]) == ("admission_failed", "warning", "七病区")
    assert "the bed is taken" in said["exception"]
    assert "Li Na" not in done.stdout
