import lightgbm
import numpy as np

from citywide.systems.waterlogging.engine.model import SHIPPED, load, save, shipped
from citywide.systems.waterlogging.engine.trees import forest_of, predict


def test_trees_as_arrays_say_what_lightgbm_says():
    rng = np.random.default_rng(1)
    rows = np.float32(rng.normal(size=(3000, 6))).astype(float)
    goal = rows[:, 0] * rows[:, 1] + np.sin(rows[:, 2] * 3)
    settings = {"num_leaves": 31, "verbose": -1, "num_threads": 1, "seed": 1}
    trained = lightgbm.train(settings, lightgbm.Dataset(rows, goal), 40)
    ours = predict(forest_of(trained.dump_model()["tree_info"]), rows)
    away = np.abs(ours - trained.predict(rows))
    assert np.quantile(away, 0.99) < 0.01
    assert away.max() < 0.5  # a threshold kept in 32 bits may send a row on it the other way


def test_a_model_read_back_is_the_same(tmp_path):
    model = shipped()
    save(tmp_path / "model.npz", model)
    again = load(tmp_path / "model.npz")
    rows = np.random.default_rng(2).normal(size=(50, 80)) * 20
    for kind in ("past", "told"):
        for one, other in zip(getattr(model, kind), getattr(again, kind), strict=True):
            assert (predict(one.middle, rows) == predict(other.middle, rows)).all()
    assert np.allclose(model.prior.spread, again.prior.spread)


def test_the_shipped_model_is_small():
    assert SHIPPED.stat().st_size <= 1_000_000
