"""A study's own process: `python -m citywide.systems.genomics FOLDER`."""

import os
import sys
from pathlib import Path

from citywide.systems.genomics.laboratory.process import main

POLITE = 10

os.nice(POLITE)  # the hub's other work goes first
sys.exit(main(Path(sys.argv[1])))
