"""Documentation runs: every Python block of README and docs is executed."""

import re
import shlex
from pathlib import Path

import pytest
from litestar.testing import TestClient
from msgspec import toml

from citywide.app import EVERYTHING
from citywide.cli import commands, parser_of
from citywide.hub.settings import CitySettings
from citywide.hub.vocabulary.own import settled

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "src").rglob("README.md")), *sorted((ROOT / "docs").rglob("*.md"))]
BLOCKS = [
    pytest.param(block, id=f"{page.parent.name}-{page.name}-{number}")
    for page in PAGES
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL))
]


@pytest.mark.parametrize("block", BLOCKS)
def test_the_examples_of_the_documentation_run(block: str) -> None:
    exec(compile(block, "documentation", "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_the_documentation_are_taken_by_the_command_line(page: Path) -> None:
    parser = parser_of(commands())
    for line in re.findall(r"^    (?:\.venv/bin/)?citywide (.*)$", page.read_text(), re.MULTILINE):
        assert parser.parse_args(shlex.split(line, comments=True)).run


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_what_the_readme_sends_is_taken(door: TestClient, readme: str) -> None:
    sent = re.findall(r"^    send (/\S+) '(.*?)'$", (ROOT / readme).read_text(), re.MULTILINE | re.DOTALL)
    assert [path for path, _ in sent] == ["/v1/entities", "/v1/readings"]
    headers = {"Authorization": f"Bearer {door.token}", "Content-Type": "application/json"}
    for path, body in sent:
        answer = door.post(path, content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["refused"] == []


@pytest.mark.parametrize("page", ["operating.md", "operating.zh.md"])
def test_the_city_files_of_the_documentation_are_some(page: str) -> None:
    shown = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)
    first, own = (toml.decode(each, type=CitySettings) for each in shown)
    assert first.name.zh == "示例市"
    assert settled(EVERYTHING, own) != list(EVERYTHING)


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
            assert (page.parent / target).exists() or target.endswith("benchmarks.md"), f"{page.name}: {target}"
