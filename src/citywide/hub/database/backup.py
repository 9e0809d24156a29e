"""Backup and restore of the embedded database: a base backup, the log since, and any second between."""

import shlex
import shutil
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from citywide.hub.database.cluster import Cluster, OtherVersionError
from citywide.hub.database.programs import call, give_to_owner
from citywide.hub.secrets import begin_another_log
from citywide.kit.turns import turn_if_free

NAME = "%Y-%m-%dT%H%M%S.%fZ"
LOG = "wal"  # beside the cluster's folder; may be a link to another disk
RECOVERY = (
    'restore_command = \'cp {log}/%f "%p" || cp {last}/%f "%p"\'\n'
    "recovery_target_timeline = 'latest'\nrecovery_target_action = 'promote'\n"
)


class BackupError(RuntimeError):
    """Why no backup could be made, or that second cannot be restored."""


def backup(data: Path, keep: int = 3) -> Path:
    """Copy the database as it stands, and keep its log from now on; returns the new copy's folder."""
    cluster, kept = Cluster(data / "postgresql"), data / "backups"
    if not cluster.folder.exists():
        raise BackupError(f"there is no embedded database in {data}")
    for folder in (data / LOG, kept):
        folder.mkdir(exist_ok=True)
        give_to_owner(folder)
    with turn_if_free(kept) as ours:
        if ours is None:
            raise BackupError("another backup is under way")
        return _made(cluster, data, keep)


def _made(cluster: Cluster, data: Path, keep: int) -> Path:
    kept = data / "backups"
    draft = kept / "unfinished"
    shutil.rmtree(draft, ignore_errors=True)
    with running(cluster):
        call("pg_basebackup", "-h", cluster.sockets, "-U", "postgres", "-D", draft, "-Ft", "-X", "stream", "-c", "fast")
    done = draft.rename(kept / datetime.now(UTC).strftime(NAME))
    for old in backups(data)[:-keep]:
        shutil.rmtree(old)
    _forget_log(data)
    return done


def backups(data: Path) -> list[Path]:
    """Every finished copy, the oldest first."""
    found = (data / "backups").glob("*Z")
    return sorted(found, key=_finished)


def restore(data: Path, into: Path, to: datetime | None = None) -> Cluster:
    """The city as it stood at a moment (or at the end), in a data folder of its own; returns its cluster, stopped."""
    chosen = _chosen(data, to)
    if into.exists() and any(into.iterdir()):
        raise BackupError(f"{into} is not empty; name a new folder")
    cluster = Cluster(into / "postgresql")
    cluster.folder.mkdir(parents=True)
    into.chmod(into.stat().st_mode | 0o011)
    _unpack(chosen, cluster.folder)
    _ask_for_recovery(data, cluster.folder, to)
    with _or_nothing(cluster):
        _come_back(cluster)
    _copy_beside(data, into)
    begin_another_log(data, into, datetime.now(UTC))
    return cluster


@contextmanager
def running(cluster: Cluster) -> Iterator[None]:
    """The cluster runs; one that slept sleeps again afterwards."""
    slept = not cluster.running()
    cluster.start()
    try:
        yield
    finally:
        if slept:
            cluster.stop()


@contextmanager
def _or_nothing(cluster: Cluster) -> Iterator[None]:
    """What cannot be restored leaves nothing behind: the same folder is asked for again with another moment."""
    try:
        yield
    except (BackupError, OtherVersionError):
        cluster.stop("immediate")
        shutil.rmtree(cluster.folder)
        raise


def _finished(copy: Path) -> datetime:
    return datetime.strptime(copy.name, NAME).replace(tzinfo=UTC)


def _chosen(data: Path, to: datetime | None) -> Path:
    """The newest copy that was finished by then."""
    fitting = [copy for copy in backups(data) if to is None or _finished(copy) <= to]
    if not fitting:
        oldest = next((f"{_finished(copy):%Y-%m-%d %H:%M:%S} UTC" for copy in backups(data)), "none")
        raise BackupError(f"no backup was finished by then; the oldest one: {oldest}")
    return fitting[-1]


def _unpack(copy: Path, folder: Path) -> None:
    for name, place in (("base.tar", folder), ("pg_wal.tar", folder / "pg_wal")):
        with tarfile.open(copy / name) as packed:
            packed.extractall(place, filter="data")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
        give_to_owner(path)


def _ask_for_recovery(data: Path, folder: Path, to: datetime | None) -> None:
    log, last = (data / LOG).resolve(), (data / "postgresql" / "pg_wal").resolve()
    wanted = RECOVERY.format(log=_quoted(log), last=_quoted(last))
    if to is not None:
        wanted += f"recovery_target_time = '{to.astimezone(UTC).isoformat()}'\n"
    (folder / "postgresql.auto.conf").write_text(wanted)
    (folder / "recovery.signal").touch()
    for name in ("postgresql.auto.conf", "recovery.signal"):
        give_to_owner(folder / name)


def _quoted(path: Path) -> str:
    """A path within the command: quoted for the shell, its signs doubled for PostgreSQL and its settings."""
    return shlex.quote(str(path)).replace("%", "%%").replace("\\", "\\\\").replace("'", "''")


def _come_back(cluster: Cluster, seconds: float = 3600) -> None:
    """Start, wait until the wanted moment is reached, and forget that it was ever asked for."""
    try:
        cluster.start()
        _wait_until_open(cluster, seconds)
    except (RuntimeError, psycopg.OperationalError) as error:
        said = (cluster.folder / "server.log").read_text(errors="replace").strip().splitlines()[-6:]
        raise BackupError("\n".join(["the database could not be brought to that moment:", *said])) from error
    cluster.stop()
    (cluster.folder / "postgresql.auto.conf").write_text("")


def _wait_until_open(cluster: Cluster, seconds: float) -> None:
    until = time.monotonic() + seconds
    with psycopg.connect(cluster.masters_url(), autocommit=True) as connection:
        while (row := connection.execute("select pg_is_in_recovery()").fetchone()) and row[0]:
            if time.monotonic() > until:
                raise BackupError(f"recovery took more than {seconds:g} s")
            time.sleep(0.1)


def _copy_beside(data: Path, into: Path) -> None:
    """What the database is not alone with: the keys and the days that left for Parquet."""
    for key in data.glob("*.key"):
        shutil.copy2(key, into / key.name)
    if (data / "archive").is_dir():
        shutil.copytree(data / "archive", into / "archive", dirs_exist_ok=True)


def _forget_log(data: Path) -> None:
    """Log files that are older than the oldest copy needs."""
    since = _finished(backups(data)[0]).timestamp() - 24 * 3600
    for file in (data / LOG).iterdir():
        if file.stat().st_mtime < since and not file.name.endswith(".history"):
            file.unlink()
