"""Maps of our own making, for a run without data and to see how control does where nobody tuned it."""

import os
import subprocess
import sys
from pathlib import Path

TURNS = ["--turn-lanes", "1", "--turn-lanes.length", "60"]
RANDOM = ["--rand.min-distance", "120", "--rand.max-distance", "300", "--rand.neighbor-dist4", "6"]
MAPS = {
    "made_grid": (["--grid", "--grid.x-number", "4", "--grid.y-number", "3", "--grid.length", "180",
                   "--grid.attach-length", "200", "-L", "2", *TURNS], 1.6),
    "made_random": (["--rand", "--rand.iterations", "18", "--seed", "5", "-L", "2", *RANDOM], 2.5),
    "made_street": (["--grid", "--grid.x-number", "5", "--grid.y-number", "2", "--grid.length", "250",
                     "--grid.attach-length", "150", "-L", "1"], 1.9),
}  # fmt: skip
CONFIG = """<configuration><input><net-file value="{0}.net.xml"/><route-files value="{0}.rou.xml"/></input>
<time><begin value="0"/><end value="3600"/></time></configuration>"""


def make_maps(home: Path, folder: Path) -> Path:
    """Write the maps that are not there yet, in RESCO's form."""
    for name, (shape, period) in MAPS.items():
        if not (folder / name / f"{name}.sumocfg").exists():
            _make(home, folder / name, shape, period)
    return folder


def _make(home: Path, place: Path, shape: list[str], period: float) -> None:
    place.mkdir(parents=True, exist_ok=True)
    net, routes, trips = (place / f"{place.name}{end}" for end in (".net.xml", ".rou.xml", ".trips"))
    environment = os.environ | {"SUMO_HOME": str(home / "sumo"), "PYTHONPATH": str(home)}
    netgenerate = [str(home / "sumo" / "bin" / "netgenerate"), *shape, "--no-turnarounds", "true"]
    common = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*netgenerate, "--default-junction-type", "traffic_light", "-o", str(net)], check=True, **common)
    script = str(home / "sumo" / "tools" / "randomTrips.py")
    options = [
        "-b",
        "0",
        "-e",
        "3600",
        "-p",
        str(period),
        "--fringe-factor",
        "8",
        "--seed",
        "7",
        "--validate",
    ]
    files = ["-n", str(net), "-o", str(trips), "-r", str(routes)]
    subprocess.run([sys.executable, script, *files, *options], check=True, **common)
    (place / f"{place.name}.sumocfg").write_text(CONFIG.format(place.name))
