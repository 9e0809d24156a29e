"""The laboratory: begins the studies that wait, one at a time, follows them, and takes their results in.

A study runs in a process of its own that holds a lock on its folder. A worker that dies leaves it running; one that
finds the lock free without a result begins it again, and the scan goes on where it stopped.
"""

import fcntl
import subprocess
import sys
from pathlib import Path
from typing import IO, Any, Final

from msgspec import json as quick

from citywide.hub import Reading, Text
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.running import Hub
from citywide.kit.child import alone
from citywide.kit.turns import turn_if_free
from citywide.systems.genomics.laboratory import order as notes
from citywide.systems.genomics.laboratory.intake import failed, take_in
from citywide.systems.genomics.laboratory.order import FOUND, ORDER, REFUSED, Order, Recipe
from citywide.systems.genomics.laboratory.studies import Wish, ask, cohort_of, study_id, tell
from citywide.systems.genomics.model import COHORT, PROGRESS, VARIANTS_DONE

MOST_ATTEMPTS = 3
PROGRAM = "citywide.systems.genomics"
processes: Final[dict[int, "subprocess.Popen[bytes]"]] = {}
STUDY = (
    "select number, cohort, traits, test, purpose, department, people, asked_by, cases, state, asked, begun, ended, "
    "attempts, left_s, variants, variants_done, command, inputs, versions, results, why, lists, step_one "
    "from genomics.study "
)
OPEN = STUDY + "where state in ('waiting', 'running') order by state = 'waiting', number limit 1"


def look(hub: Hub) -> None:
    """What the laboratory does every few seconds."""
    ask_for_standing(hub)
    for study in hub.database.rows(OPEN):
        attend(hub, study, folder_of(hub, study["number"]))


def folder_of(hub: Hub, number: int) -> Path:
    """Where a study's files are."""
    return hub.settings.data.resolve() / "genomics" / "studies" / str(number)


def attend(hub: Hub, study: dict[str, Any], folder: Path) -> None:
    """Begin a study, follow it, or take in how it ended."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        runs = not _locked(lock)
        follow(hub, study, folder)
        if runs:
            return
        _reap(study["number"])
        if (folder / FOUND).exists():
            take_in(hub, study, folder)
        elif (folder / REFUSED).exists():
            failed(hub, study, quick.decode((folder / REFUSED).read_bytes())["why"])
        elif study["attempts"] >= MOST_ATTEMPTS:
            failed(hub, study, f"the scan ended {MOST_ATTEMPTS} times without a result: {_last_words(folder)}")
        else:
            _begin_in_turn(hub, study, folder, lock)


def _begin_in_turn(hub: Hub, study: dict[str, Any], folder: Path, lock: IO[str]) -> None:
    with turn_if_free(hub.settings.data) as mine:
        if mine is not None:
            begin(hub, study, folder, [lock.fileno(), mine.fileno()])


def begin(hub: Hub, study: dict[str, Any], folder: Path, keeps: list[int]) -> None:
    """Start the study's process, which inherits the locks that it keeps."""
    at = hub.clock.now()
    with hub.database.transaction() as connection:
        order = order_of(hub, study, cohort_of(connection, study["cohort"]))
        for name, path in order.lists.items():
            notes.write(path, study["lists"][name].encode())
        notes.write(folder / ORDER, quick.encode(order, enc_hook=str))
        connection.execute(
            "update genomics.study set state = 'running', begun = coalesce(begun, %s), attempts = attempts + 1,"
            " command = %s where number = %s",
            (at, order.command(folder), study["number"]),
        )
        again = study["state"] == "running"
        if not again:
            hub.desk.start(connection, study["cases"], at, "hub")
        says = Text(
            f"study {study['number']} {'goes on' if again else 'begins'}",
            f"研究 {study['number']} {'继续' if again else '开始'}",
        )
        tell(connection, says, at, {"study": study["number"], "command": order.command(folder)})
    processes[study["number"]] = _start(folder, keeps)


def _start(folder: Path, keeps: list[int]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", PROGRAM, str(folder)]
    with (folder / "said.txt").open("ab") as said:
        return subprocess.Popen(  # noqa: S603 - our own program with our own arguments
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, pass_fds=keeps, env=alone()
        )


def order_of(hub: Hub, study: dict[str, Any], cohort: dict[str, Any]) -> Order:
    """The files of a cohort, and what is asked of them."""
    facts = cohort["facts"]
    traits, test, folder = tuple(study["traits"]), study["test"], folder_of(hub, study["number"])
    more: dict[str, Any] = {
        "lists": {name: folder / f"{name}.txt" for name in study["lists"]},
        "step_one": study["step_one"],
    }
    if "made" in facts:
        place = hub.settings.data.resolve() / "genomics" / "cohorts" / cohort["id"].split("/", 1)[1]
        made = quick.decode(quick.encode(facts["made"]), type=Recipe)
        return Order(place / "study", place / "pheno.tsv", place / "covar.tsv", traits, test, made=made, **more)
    some = {name: Path(facts[name]) if facts.get(name) else None for name in ("covar", "sample", "withdrawn")}
    more |= some | {name: facts[name] for name in ("genotypes", "ref_last") if name in facts}
    return Order(Path(facts["data"]), Path(facts["pheno"]), traits=traits, test=test, **more)


def follow(hub: Hub, study: dict[str, Any], folder: Path) -> None:
    """Publish how far a running study is."""
    file = folder / notes.PROGRESS
    said = quick.decode(file.read_bytes()) if file.exists() else {"done": 0, "whole": 0}
    if not said["whole"] or said["done"] == study["variants_done"]:
        return
    at, entity = hub.clock.now(), study_id(study["number"])
    hub.submit([
        Reading(entity, PROGRESS.name, at, 100 * said["done"] / said["whole"]),
        Reading(entity, VARIANTS_DONE.name, at, said["done"]),
    ])  # fmt: skip
    with hub.database.transaction() as connection:
        connection.execute(
            "update genomics.study set variants = %s, variants_done = %s, left_s = %s where number = %s",
            (said["whole"], said["done"], said.get("left_s"), study["number"]),
        )


def ask_for_standing(hub: Hub) -> None:
    """A cohort with a standing study gets it once, without anybody asking."""
    with hub.database.transaction() as connection:
        for cohort in rows(connection, sql("entities_of_kind"), {"kind": COHORT.name}):
            known = rows(connection, "select from genomics.study where cohort = %s limit 1", (cohort["id"],))
            if "standing" in cohort["facts"] and not known:
                wish = quick.decode(quick.encode(cohort["facts"]["standing"] | {"cohort": cohort["id"]}), type=Wish)
                ask(connection, hub.desk, wish, hub.clock.now())


def _last_words(folder: Path) -> str:
    said = (folder / "said.txt").read_text(errors="replace").split("\n") if (folder / "said.txt").exists() else []
    return next((line for line in reversed(said) if line.strip()), "not a word was said")


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _reap(number: int) -> None:
    process = processes.pop(number, None)
    if process is not None:
        process.wait(timeout=60)
