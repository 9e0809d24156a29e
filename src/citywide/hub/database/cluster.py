"""The embedded PostgreSQL: made on first use, started when it sleeps, stopped by whoever started it."""

import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from socket import AF_UNIX, socket
from stat import S_ISDIR

import psycopg
from msgspec import Struct
from psycopg import sql

from citywide.hub.database.memory import buffers_mb, memory_mb
from citywide.hub.database.programs import PROGRAMS, call, owner, run, version
from citywide.hub.database.queries import sql as named
from citywide.kit.commands import NotPossibleError

DURABLE = {
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_level": "replica",
    "max_connections": "120",
    "jit": "off",
    "max_locks_per_transaction": "512",
    # The log is kept beside the cluster's folder once a backup has made the place for it
    "archive_mode": "on",
    "archive_timeout": "5min",
    "archive_command": "test ! -d ../wal || test -f ../wal/%f || (cp %p ../wal/%f.part && mv ../wal/%f.part ../wal/%f)",
}
BUILT_IN = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
HUB = "citywide"  # the hub's own role
OWNED = "select from pg_database where datname = %s and datdba = %s::regrole"
_PROCESSES = Path("/proc")
FORGETFUL = {"shared_buffers": "128MB", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class OtherVersionError(NotPossibleError):
    """A folder that PostgreSQL's programs of another version have made: they read no other's."""


class Cluster(Struct, frozen=True):
    """A PostgreSQL of our own in a folder; it listens on a socket only."""

    folder: Path

    @property
    def sockets(self) -> Path:
        """A short folder for the socket: its path has a limit of about 100 bytes.

        Where the server runs already, it is the one that it told, be our folder for temporary files another's or not.
        """
        with suppress(OSError, IndexError):
            if self.running():
                return Path((self.folder / "postmaster.pid").read_text().splitlines()[4])
        name = sha256(str(self.folder.resolve()).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"citywide-{name}"

    def url(self, database: str = "citywide", user: str = HUB) -> str:
        """Where a database of this cluster answers the hub."""
        return f"postgresql://{user}@/{database}?host={self.sockets}"

    def masters_url(self) -> str:
        """Where it answers its master, who may do everything."""
        return self.url("postgres", "postgres")

    def make_database(self, name: str = "citywide", template: str = "template1") -> None:
        """A database that is the hub's own, if it is not there yet; the hub is not the cluster's master."""
        role, names = sql.Identifier(HUB), (sql.Identifier(name), sql.Identifier(template), sql.Identifier(HUB))
        with psycopg.connect(self.masters_url(), autocommit=True) as connection:
            if not connection.execute("select from pg_roles where rolname = %s", (HUB,)).rowcount:
                connection.execute(sql.SQL("create role {} login createrole").format(role))
            if not connection.execute("select from pg_database where datname = %s", (name,)).rowcount:
                connection.execute(sql.SQL("create database {} template {} owner {}").format(*names))
            elif not connection.execute(OWNED, (name, HUB)).rowcount:
                connection.execute(sql.SQL("alter database {0} owner to {2}").format(*names))
                self._hand_over(name)

    def _hand_over(self, name: str) -> None:
        """Make everything in a database the hub's own, which it was not in former versions."""
        with psycopg.connect(self.url(name, "postgres")) as connection:
            connection.execute(named("hand_over"))

    def create(self, settings: Mapping[str, str] | None = None) -> None:
        """Make the cluster's files, if they are not there yet."""
        if (self.folder / "PG_VERSION").exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        os.chown(self.folder, *owner())
        locale = BUILT_IN if version() >= 17 else ("--locale=C.UTF-8",)
        call("initdb", "-D", self.folder, "-U", "postgres", "-E", "UTF8", "--auth=trust", "--no-instructions", *locale)
        chosen = {"shared_buffers": f"{buffers_mb(memory_mb())}MB", **DURABLE, **(settings or {})}
        lines = [f"{name} = '{value}'" for name, value in chosen.items()]
        with (self.folder / "postgresql.conf").open("a") as conf:
            conf.write("\n".join(["", "listen_addresses = ''", *lines, ""]))

    def start(self) -> bool:
        """Start the server and wait until it answers; false if it was running already."""
        _make_private(self.sockets)
        self._bury()
        if self.running():
            return False
        self._must_be_of_our_version()
        call("pg_ctl", "-D", self.folder, "-w", "-t", "120", "-l", self.folder / "server.log",
              "-o", f"-k {self.sockets}", "start")  # fmt: skip
        return True

    def _must_be_of_our_version(self) -> None:
        made_by, ours = int((self.folder / "PG_VERSION").read_text()), version()
        if made_by != ours:
            raise OtherVersionError(
                f"{self.folder} was made by PostgreSQL {made_by}, and the programs at hand are of {ours}: "
                f"name the folder of PostgreSQL {made_by}'s own programs in {PROGRAMS}"
            )

    def answers(self) -> bool:
        """Whether somebody listens on its socket."""
        with socket(AF_UNIX) as probe:
            return probe.connect_ex(str(self.sockets / ".s.PGSQL.5432")) == 0

    def _bury(self) -> None:
        """Forget the process number of a dead server: by now another program may have been given it."""
        if not _PROCESSES.exists() or self.running():
            return
        until = time.monotonic() + 10  # what the dead one has left must be gone before another begins
        while self._has_orphans() and time.monotonic() < until:
            time.sleep(0.05)
        if not self._has_orphans():
            for paper in (self.folder / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
                paper.unlink(missing_ok=True)

    def _has_orphans(self) -> bool:
        return any(self._works_here(process) for process in _PROCESSES.glob("[0-9]*"))

    def _works_here(self, process: Path) -> bool:
        """Whether a process is one of PostgreSQL's, which all stand in their cluster's folder."""
        with suppress(OSError, IndexError):
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            return state not in "ZX" and (process / "cwd").readlink() == self.folder.resolve()
        return False

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `immediate` pulls the plug."""
        if self.running():
            call("pg_ctl", "-D", self.folder, "-w", "-m", mode, "stop")

    def running(self) -> bool:
        """Whether a server runs on this folder."""
        if _PROCESSES.exists():
            with suppress(OSError, ValueError, IndexError):
                return self._works_here(_PROCESSES / str(self.postmaster()))
            return False
        return run("pg_ctl", "-D", self.folder, "status").returncode == 0

    def postmaster(self) -> int:
        """The process number of the running server."""
        return int((self.folder / "postmaster.pid").read_text().splitlines()[0])


def _make_private(folder: Path) -> None:
    """The socket's folder lets nobody in but us: whoever reaches the socket is the database's master."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found, (user, group) = folder.lstat(), owner()
    if not S_ISDIR(found.st_mode) or found.st_uid not in {user, os.geteuid()}:
        raise RuntimeError(f"{folder} is not ours: somebody else has made it; remove it")
    os.chown(folder, user, group, follow_symlinks=False)
    folder.chmod(0o700)
