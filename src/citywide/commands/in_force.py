"""A city's file holds from the next start on: whoever is started in between reads it as it was at the last one."""

import shutil

from msgspec import structs

from citywide.hub.settings import Settings


def as_it_is_now(settings: Settings) -> Settings:
    """The settings, with the city's words of this moment for every worker to come, and its map where it lies."""
    if settings.city is None:
        return settings
    kept = settings.data / f"in-force-{settings.port}"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for file in settings.city.iterdir():
        if file.suffix == ".toml" and file.is_file():
            shutil.copy2(file, kept)
        else:
            (kept / file.name).symlink_to(file.resolve())
    return structs.replace(settings, city=kept)
