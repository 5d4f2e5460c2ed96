"""Random tables through random pipelines: what compiles answers as scikit-learn does, on other rows too."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from penstock.compiled import CompiledModel, compile_model, to_float32

SCALERS = st.sampled_from(
    [
        StandardScaler(),
        MinMaxScaler(),
        MaxAbsScaler(),
        RobustScaler(),
        PolynomialFeatures(2, include_bias=False),
        KBinsDiscretizer(3, encode="ordinal", strategy="uniform"),
        QuantileTransformer(n_quantiles=5),
    ]
)
IMPUTERS = st.builds(
    SimpleImputer,
    strategy=st.sampled_from(["mean", "median", "most_frequent", "constant"]),
    add_indicator=st.booleans(),
    keep_empty_features=st.booleans(),
)
ONE_HOT = st.builds(
    OneHotEncoder,
    handle_unknown=st.sampled_from(["ignore", "infrequent_if_exist", "error"]),
    drop=st.sampled_from([None, "first", "if_binary"]),
    min_frequency=st.sampled_from([None, 3]),
    sparse_output=st.just(False),
)
ORDINAL = st.builds(
    OrdinalEncoder,
    handle_unknown=st.just("use_encoded_value"),
    unknown_value=st.sampled_from([-1, -5]),
    encoded_missing_value=st.sampled_from([-2, -3]),
    max_categories=st.sampled_from([None, 2]),
)
ESTIMATORS = st.sampled_from([Ridge(), HistGradientBoostingRegressor(max_iter=4, min_samples_leaf=2)])


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Numbers and texts, some of them missing, constant, or far away."""
    rows = draw(st.integers(12, 40))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.sampled_from([1e-6, 1.0, 1e6]))
    frame = pd.DataFrame(
        {
            "normal": random.normal(0, size, rows),
            "integer": random.integers(-3, 4, rows),
            "constant": np.full(rows, draw(st.sampled_from([0.0, 7.5]))),
            "text": random.choice(draw(st.lists(st.text(max_size=5), min_size=2, max_size=5, unique=True)), rows),
        }
    )
    frame["text"] = frame["text"].astype(object)
    for column in draw(st.sets(st.sampled_from(["normal", "text"]))):
        frame.loc[random.random(rows) < 0.3, column] = np.nan
    return frame


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), frame=tables())
def test_what_compiles_answers_as_scikit_learn_does(data: st.DataObject, frame: pd.DataFrame) -> None:
    model = make_pipeline(
        ColumnTransformer(
            [
                ("numbers", make_pipeline(data.draw(IMPUTERS), data.draw(SCALERS)), ["normal", "integer", "constant"]),
                ("texts", data.draw(ONE_HOT | ORDINAL), ["text"]),
            ]
        ),
        to_float32(),
        data.draw(ESTIMATORS),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn's, about constant columns and the like
        model.fit(frame, np.arange(len(frame)) % 5.0)
        made: Any = compile_model(model, frame.head(12))
        assert isinstance(made, CompiledModel), made
        assert np.allclose(made.predict(frame).predictions, model.predict(frame), rtol=1e-5, atol=1e-5)
