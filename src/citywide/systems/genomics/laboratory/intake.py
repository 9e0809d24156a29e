"""How a study ends: its figures come into the database, its case to a person, its hashes into the evidence."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec import json as quick
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub import Reading, Text
from citywide.hub.database.pool import rows
from citywide.hub.people.residents import keep_on_file
from citywide.hub.running import Hub
from citywide.systems.genomics.engine.scan.summary import TraitSummary
from citywide.systems.genomics.laboratory.order import FOUND, Found
from citywide.systems.genomics.laboratory.studies import study_id, tell
from citywide.systems.genomics.model import DEPARTMENT, INFLATION

PURPOSE, ON_FILE = "research", timedelta(days=365)  # whoever takes part may be asked for by the biobank for so long
HIT = (
    "variant",
    "chromosome",
    "position",
    "effect_allele",
    "other_allele",
    "frequency",
    "beta",
    "standard_error",
    "strength",
    "linked",
    "region",
)


def take_in(hub: Hub, study: dict[str, Any], folder: Path) -> None:
    """Everything that a finished study has found, in one transaction."""
    found, number, at = quick.decode((folder / FOUND).read_bytes(), type=Found), study["number"], hub.clock.now()
    with hub.database.transaction() as connection:
        if not _is_open(connection, number):
            return
        for trait in found.traits:
            _trait(connection, number, trait)
            if trait.variants:
                _pictures(connection, number, trait.name, folder)
        connection.execute(
            "update genomics.study set state = 'done', ended = %s, command = %s, inputs = %s, versions = %s,"
            " results = %s where number = %s",
            (at, found.command, Jsonb(found.inputs), Jsonb(found.versions), Jsonb(found.results), number),
        )
        keep_on_file(connection, found.residents, PURPOSE, DEPARTMENT, ON_FILE)
        hub.desk.check(connection, study["cases"], at, "hub", because=summary(found.traits))
        _tell(hub, connection, number, found)
    values = [trait.lambda_gc for trait in found.traits if trait.variants]
    hub.submit([Reading(study_id(number), INFLATION.name, at, max(values))] if values else [])


def failed(hub: Hub, study: dict[str, Any], why: str) -> None:
    """A study that cannot be made: its case waits for a person, with the reason."""
    at = hub.clock.now()
    with hub.database.transaction() as connection:
        if not _is_open(connection, study["number"]):
            return
        connection.execute(
            "update genomics.study set state = 'failed', ended = %s, why = %s where number = %s",
            (at, why, study["number"]),
        )
        hub.desk.pause(connection, study["cases"], at, "hub", why)
        says = Text(f"study {study['number']} failed: {why}", f"研究 {study['number']} 失败：{why}")
        tell(connection, says, at, {"study": study["number"], "why": why})


def _is_open(connection: Connection, number: int) -> bool:
    """Whether nobody has stopped the study, or taken it in, since it was looked at; nobody does before the end."""
    query = "select state from genomics.study where number = %s for update"
    return rows(connection, query, (number,))[0]["state"] in {"waiting", "running"}


def summary(traits: list[TraitSummary]) -> Text:
    """What was found, in a sentence for each trait."""
    scanned = [trait for trait in traits if trait.variants]
    en = "; ".join(f"{t.name}: {t.genome_wide} below 5e-8, λ {t.lambda_gc:.3f}" for t in scanned)
    zh = "；".join(f"{t.name}：{t.genome_wide} 个位点低于 5e-8，λ {t.lambda_gc:.3f}" for t in scanned)
    refused = ", ".join(trait.name for trait in traits if not trait.variants)
    return Text(f"{en}; not scanned: {refused}", f"{zh}；未扫描：{refused}") if refused else Text(en, zh)


def _tell(hub: Hub, connection: Connection, number: int, found: Found) -> None:
    about = summary(found.traits)
    facts: dict[str, object] = {
        "study": number,
        "command": found.command,
        "inputs": found.inputs,
        "results": found.results,
        "versions": found.versions,
    }
    says = Text(f"study {number} is done: {about.en}", f"研究 {number} 完成：{about.zh}")
    tell(connection, says, hub.clock.now(), facts)


def _trait(connection: Connection, number: int, trait: TraitSummary) -> None:
    connection.execute(
        "insert into genomics.trait values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            number,
            trait.name,
            trait.people,
            trait.cases,
            trait.variants,
            trait.left_out,
            trait.lambda_gc,
            trait.genome_wide,
            trait.refused,
        ),
    )


def _pictures(connection: Connection, number: int, trait: str, folder: Path) -> None:
    seen = quick.decode((folder / "reports" / trait / "series.json").read_bytes())
    drawn = [(kind, 0, None, seen[kind]) for kind in ("manhattan", "quantiles")]
    for at, region in enumerate(seen["regions"], 1):
        drawn.append(("region", at, region["strength"][region["lead"]], region))
    for kind, rank, strength, series in drawn:
        row = (number, trait, kind, rank, strength, Jsonb(series))
        connection.execute("insert into genomics.picture values (%s, %s, %s, %s, %s, %s)", row)
    hits = [(number, trait, rank + 1, *(row[name] for name in HIT)) for rank, row in enumerate(seen["top"])]
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into genomics.hit values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", hits
        )
