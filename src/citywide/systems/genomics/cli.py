"""The commands of genomics."""

from citywide.kit.commands import Command
from citywide.systems.genomics.commands import qc, report, score, step1
from citywide.systems.genomics.gwas_command import GWAS

COMMANDS: tuple[Command, ...] = (GWAS, qc.COMMAND, score.COMMAND, step1.COMMAND, report.COMMAND)
