"""`python -m benchmarks NAME …`: one benchmark a module; `all` runs each once with --quick."""

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.form import Benchmark, run

SUPPORT = {"__init__", "__main__", "form"}


def names() -> list[str]:
    """The benchmarks there are: every module here that declares a BENCHMARK."""
    here = Path(__file__).parent
    files = [path for path in here.glob("*.py") if path.stem not in SUPPORT and not path.stem.startswith("_")]
    return sorted(path.stem.replace("_", "-") for path in files)


def load(name: str) -> Benchmark:
    """The benchmark of this name."""
    return import_module(f"benchmarks.{name.replace('-', '_')}").BENCHMARK


def main(arguments: list[str]) -> None:
    """Run what was asked for, or say what there is."""
    if not arguments or arguments[0] not in [*names(), "all"]:
        raise SystemExit(f"say which: {', '.join([*names(), 'all'])}")
    if arguments[0] != "all":
        return run(load(arguments[0]), arguments[1:])
    for name in names():
        print(f"\n== {name}")
        run(load(name), ["--quick", *arguments[1:]])
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
