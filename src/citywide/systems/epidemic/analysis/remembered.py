"""What later forecasts learn from, as it is kept in the database."""

import io
from datetime import date

import numpy as np

from citywide.systems.epidemic.engine.forecast.made import Forecast
from citywide.systems.epidemic.engine.nowcast import Nowcast


def packed(made: Forecast) -> bytes:
    """What later forecasts learn from, as bytes."""
    file = io.BytesIO()
    members = {f"member {name}": quantiles for name, quantiles in made.members.items()}
    columns = {"places": np.array(made.places), "horizons": np.array(made.horizons), "quantiles": made.quantiles}
    np.savez_compressed(file, unstretched=made.unstretched, **columns, **members)  # pyright: ignore[reportArgumentType]
    return file.getvalue()


def unpacked(reference: date, state: bytes) -> Forecast:
    """A past forecast again, as far as later ones learn from it."""
    with np.load(io.BytesIO(state)) as kept:
        members = {name.removeprefix("member "): kept[name] for name in kept.files if name.startswith("member ")}
        places, horizons = tuple(kept["places"].tolist()), tuple(kept["horizons"].tolist())
        nothing = np.zeros((0, len(places)))
        return Forecast(
            np.datetime64(reference), places, horizons, kept["quantiles"], members, kept["unstretched"], {}, nothing,
            float("nan"), Nowcast(nothing, nothing), (),
        )  # fmt: skip
