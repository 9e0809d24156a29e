"""A study's own process: `python -m citywide.systems.genomics FOLDER`."""

import sys
from pathlib import Path

from citywide.systems.genomics.scanning import main

sys.exit(main(Path(sys.argv[1])))
