"""`python -m citywide.systems.epidemic`: the analyses, for an order on the standard input."""

import sys

from citywide.systems.epidemic.analysis.process import main

if __name__ == "__main__":
    sys.exit(main())
