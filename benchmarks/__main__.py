"""`python -m benchmarks NAME …`: one benchmark a module; `all` runs each once with --quick."""

import sys
from importlib import import_module

from benchmarks import CONTENTS
from benchmarks.form import Benchmark, run


def load(name: str) -> Benchmark:
    """The benchmark of this name."""
    return import_module(f"benchmarks.{CONTENTS[name]}").BENCHMARK


def main(arguments: list[str]) -> None:
    """Run what was asked for, or say what there is."""
    if not arguments or arguments[0] not in [*CONTENTS, "all"]:
        raise SystemExit(f"say which: {', '.join([*CONTENTS, 'all'])}")
    if arguments[0] != "all":
        return run(load(arguments[0]), arguments[1:])
    for name in CONTENTS:
        print(f"\n== {name}")
        run(load(name), ["--quick", *arguments[1:]])
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
