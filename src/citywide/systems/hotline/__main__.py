"""`python -m citywide.systems.hotline`: the sorter's lessons, for an order on the standard input."""

import sys

from citywide.systems.hotline.sorting.school import main

if __name__ == "__main__":
    sys.exit(main())
