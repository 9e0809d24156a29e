"""What a command is given that makes no sense is said in a sentence, before anything is begun."""

import os
import subprocess
import sys
from pathlib import Path
from socket import socket

import pytest

from citywide import cli
from citywide.commands.in_force import as_it_is_now
from citywide.hub.database.cluster import Cluster
from citywide.hub.settings import CitySettings, Settings


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What a command that fails says at last."""
    with pytest.raises(SystemExit) as ended:
        cli.main([str(each) for each in arguments])
    assert ended.value.code not in {0, None}
    return capsys.readouterr().err.strip().splitlines()[-1]


@pytest.mark.parametrize(("given", "said"), [
    ("serve --port 99999", "'99999' is not from 1 to 65,535"),
    ("serve --workers 0", "'0' is not from 1 to 64"),
    ("serve --keep-days -5", "'-5' is not from 2 to 36,525"),
    ("serve --city nowhere", "No such file or directory: 'nowhere/city.toml'"),
    ("serve --behind proxy.city", "'proxy.city' does not appear to be an IPv4 or IPv6 network; accepted: an address"),
    ("serve --behind 10.1.2.3/8", "10.1.2.3/8 has host bits set; accepted: an address or a network"),
    ("serve --certificate nowhere.pem", "No such file or directory: 'nowhere.pem'"),
    ("serve --more-systems nope:X", "there is no system nope:X: No module named 'nope'"),
    ("demo --population 3", "'3' is not from 50,000 to 10,000,000"),
    ("demo --speed nan", "'nan' is not from 0.01 to 3,600"),
    ("token gateway --days nan", "'nan' is not from 0 to 36,525"),
    ("backup --data nowhere", "there is no embedded database in"),
    ("backup --keep 0", "'0' is not from 1 to 1,000"),
    ("people --data nowhere", "there is no city in nowhere: name its folder with --data"),
    ("replay --rule waterlogging.deep_water --data nowhere", "there is no city in nowhere"),
    ("replay --rule waterlogging.deep_water --begin 2026-01-01", "begin and end need a time zone"),
    ("replay --rule nowhere:RULE", "there is no nowhere:RULE: No module named 'nowhere'"),
    ("replay --rule json:loads", "json:loads is no rule"),
    ("new class", "'class' is no name"),
    ("migrate --database-url postgresql://127.0.0.1:1/x", "Is the server running on that host"),
])  # fmt: skip
def test_what_makes_no_sense_is_said(given: str, said: str, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in told(capsys, *given.split())
    assert not list(tmp_path.iterdir())


def test_a_port_that_is_taken_is_said_before_a_city_is_made(capsys, tmp_path: Path) -> None:
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert "cannot be listened on" in told(capsys, "serve", "--port", port, "--data", tmp_path / "city")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("line", "said"), [
    ('zone = "Mars/Olympus"', "no calendar for the country 'CN' in the zone 'Mars/Olympus'"),
    ('timezone = "Asia/Shanghai"', "unknown field `timezone`"),
    ("zone = ", "city.toml"),
    ("hours = [[09:00:00, 12:00:00], [11:00:00, 17:00:00]]", "city.toml: hours: one span after the other"),
    ("hours = [[17:00:00, 09:00:00]]", "city.toml: hours: at least one span of a day"),
])  # fmt: skip
def test_a_citys_file_that_is_wrong_is_said(line: str, said: str, capsys, tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(line)
    assert said in told(
        capsys, "serve", "--city", tmp_path, "--data", tmp_path / "data", "--port", 1024 + os.getpid() % 60_000
    )


def test_what_a_system_reads_in_the_citys_folder_and_cannot_understand_is_said(capsys, tmp_path: Path) -> None:
    (tmp_path / "city.toml").touch()
    (tmp_path / "epidemic.toml").write_text("minimum = 3")
    given = ("serve", "--city", tmp_path, "--data", tmp_path / "data", "--port", 1024 + os.getpid() % 60_000)
    assert "epidemic.toml: Object contains unknown field `minimum`" in told(capsys, *given)
    assert not (tmp_path / "data").exists()


def test_a_citys_file_that_is_changed_meanwhile_holds_from_the_next_start_on(tmp_path: Path) -> None:
    """A worker that is replaced in between reads what the others have read."""
    city = tmp_path / "city"
    city.mkdir()
    (city / "city.toml").write_text('jurisdiction = "old"')
    (city / "map.geojson.gz").write_bytes(b"map")
    given = Settings(data=tmp_path / "data", city=city)
    served = as_it_is_now(given)
    (city / "city.toml").write_text("jurisdiction = ")
    assert served.city_settings().jurisdiction == "old"
    assert served.city is not None
    assert (served.city / "map.geojson.gz").read_bytes() == b"map"
    (city / "city.toml").write_text('jurisdiction = "new"')
    assert as_it_is_now(given).city_settings().jurisdiction == "new"


def test_a_city_has_office_hours_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text('country = "DE-BY"\nzone = "Europe/Berlin"\nhours = [[07:30:00, 16:00:00]]')
    (hours,) = Settings(city=tmp_path).city_settings().calendar.hours
    assert [str(each) for each in hours] == ["07:30:00", "16:00:00"]
    assert Settings(host="::1").address == "http://[::1]:8080"
    assert Settings().city_settings() == CitySettings()


def test_a_command_finds_a_running_database_whatever_folder_it_keeps_temporary_files_in(
    cluster: Cluster, tmp_path
) -> None:
    here = "import sys; from pathlib import Path; from citywide.hub.database.cluster import Cluster as C"
    asked = [sys.executable, "-c", f"{here}; print(C(Path(sys.argv[1])).sockets)", str(cluster.folder)]
    found = subprocess.run(
        asked, env=os.environ | {"TMPDIR": str(tmp_path)}, check=True, capture_output=True, text=True
    )
    assert found.stdout.strip() == str(cluster.sockets)
