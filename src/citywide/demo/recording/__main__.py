"""Record every system's sample anew."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from citywide.demo.land import make_city
from citywide.demo.recording.frames import of_clinics, of_crossings, of_gauges, plain
from citywide.demo.recording.recorder import Recorder, Tell
from citywide.demo.world import World
from citywide.hub.replay.recording import keep
from citywide.hub.vocabulary.system import System
from citywide.hub.vocabulary.things import Entity
from citywide.systems import epidemic, genomics, hotline, traffic, waterlogging

SEED, POPULATION = 3, 60_000
EIGHT = datetime(2026, 3, 2, tzinfo=UTC)  # in the morning of a Monday, as the city has it
STEP = timedelta(seconds=30)


class Sample(Struct, frozen=True):
    """What is recorded, and for how long."""

    system: System
    name: str
    chosen: Callable[[Entity], bool]
    tell: Tell = plain
    lasts: timedelta = timedelta(hours=1)
    step: timedelta = STEP
    paths: tuple[str, ...] = ()


def only(*names: str) -> Callable[[Entity], bool]:
    """Only the things of these ids or kinds."""
    return lambda entity: entity.id in names or entity.kind in names


SAMPLES = (
    Sample(waterlogging.SYSTEM, "downpour", lambda _: True, of_gauges),
    Sample(traffic.SYSTEM, "wrong_way", only("detector/05-5", "detector/01-3", "crossing/05"), of_crossings),
    Sample(hotline.SYSTEM, "working_day", only("place"), paths=("/v1/hotline/reports",), lasts=timedelta(hours=10)),
    Sample(epidemic.SYSTEM, "three_mornings", lambda _: True, of_clinics, timedelta(days=3), timedelta(hours=1)),
    Sample(genomics.SYSTEM, "cohort", lambda _: True, lasts=STEP),
)


def record(sample: Sample) -> Path:
    """Let a small city live, and write down what it says."""
    world = World(make_city(SEED, POPULATION), [sample.system], EIGHT, shares={})
    recorder = Recorder(sample.chosen, sample.tell, sample.paths)
    recorder.register(world.entities())
    while world.now < EIGHT + sample.lasts:
        world.live(recorder, sample.step.total_seconds())
    assert sample.system.folder is not None
    file = sample.system.folder / "samples" / f"{sample.name}.jsonl"
    keep(file, recorder.lines)
    return file


if __name__ == "__main__":
    for each in SAMPLES:
        written = record(each)
        print(f"{written.stat().st_size / 1000:6.1f} kB  {each.system.name}/{each.name}")
