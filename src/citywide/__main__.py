"""`python -m citywide` is `citywide`."""

from citywide.cli import main

main()
