"""The commands of genomics."""

from citywide.kit.commands import Command
from citywide.systems.genomics.gwas_command import GWAS

COMMANDS: tuple[Command, ...] = (GWAS,)
