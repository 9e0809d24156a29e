"""What somebody types, and what becomes of it."""

from argparse import ArgumentParser
from pathlib import Path

from citywide.kit.commands import Command
from citywide.systems.genomics.cli import COMMANDS
from citywide.systems.genomics.commands import gwas
from citywide.systems.genomics.engine.scan.request import Request

PEOPLE = 120
CHROMOSOMES = ["1"] * 20 + ["chr2"] * 20 + ["10"] * 10 + ["X"] * 10


def asked(folder: Path, words: str) -> Request:
    parser = ArgumentParser()
    gwas.options(parser)
    base = f"--bfile {folder / 'study'} --pheno {folder / 'y'} --out {folder / 'out'}"
    return gwas.request_of(parser.parse_args(f"{base} {words}".split()))


def command(name: str, words: str) -> int:
    of: dict[str, Command] = {one.name: one for one in COMMANDS}
    parser = ArgumentParser()
    of[name].options(parser)
    return of[name].run(parser.parse_args(words.split()))
