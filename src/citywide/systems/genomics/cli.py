"""The commands of genomics."""

from citywide.kit.commands import Command
from citywide.systems.genomics.commands import gwas, qc, report, score, step1, studies

COMMANDS: tuple[Command, ...] = (
    gwas.COMMAND,
    qc.COMMAND,
    score.COMMAND,
    step1.COMMAND,
    report.COMMAND,
    studies.COHORT_COMMAND,
    studies.STUDY_COMMAND,
)
