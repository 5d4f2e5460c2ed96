"""Two models of one question, one of them better: made once, since packages take a second."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression

from penstock.models import Model


def rows_of(count: int, seed: int) -> pl.DataFrame:
    """Rows whose answer depends on `x` much and on `z` a little; `sex` has nothing to do with it."""
    draw = np.random.default_rng(seed)
    x, z = draw.normal(size=count), draw.normal(size=count)
    chance = 1 / (1 + np.exp(-(2 * x + z)))
    sex = np.where(draw.random(count) < 0.5, "f", "m")
    return pl.DataFrame({"x": x, "z": z, "sex": sex, "won": draw.random(count) < chance})


@pytest.fixture(scope="session")
def rows() -> pl.DataFrame:
    return rows_of(1500, 1)


def fitted(columns: list[str]) -> Model:
    train = rows_of(1500, 0)
    estimator: Any = LogisticRegression().fit(train.select(columns).to_pandas(), train["won"].to_numpy())
    model = Model(estimator, data=train.select(*columns, "won"), target="won")
    assert model.folder.is_dir()
    return model


@pytest.fixture(scope="session")
def better() -> Model:
    return fitted(["x", "z"])


@pytest.fixture(scope="session")
def worse() -> Model:
    return fitted(["z"])
