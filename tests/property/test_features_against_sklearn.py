"""What is fitted in batches is what scikit-learn fits on all rows at once, or both refuse."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from penstock.features import CannotFit, fit
from support.fitted import assert_same

pytestmark = [pytest.mark.filterwarnings("ignore")]  # scikit-learn warns of constants, empty columns, small bins

FAST = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])

floats = st.one_of(st.floats(-1e3, 1e3, width=32).map(lambda x: x + 0.0), st.sampled_from([0.0, 0.1, 1e-9, 123.456]))
small = st.integers(-3, 3)
words = st.sampled_from(["a", "b", "c", "a b", "Ä", "", "nan", "x" * 30])


@st.composite
def tables(draw: st.DrawFn, infinite: bool = False) -> pa.Table:
    """Columns of numbers and text: constant, partly or wholly missing, with infinity."""
    rows = draw(st.integers(1, 40))

    def column(values: st.SearchStrategy[Any], kind: pa.DataType) -> pa.Array:
        how = draw(st.sampled_from(["any", "some missing", "constant", "all missing"]))
        if how == "constant":
            return pa.array([draw(values)] * rows, type=kind)
        if how == "all missing":
            return pa.nulls(rows, kind)
        each = st.one_of(st.none(), values) if how == "some missing" else values
        return pa.array(draw(st.lists(each, min_size=rows, max_size=rows)), type=kind)

    numbers = st.one_of(floats, st.sampled_from([np.inf, -np.inf])) if infinite else floats
    return pa.table(
        {
            "x": column(numbers, pa.float64()),
            "n": column(small, pa.int64()),
            "s": column(words, pa.string()),
            "z": pa.array(draw(st.lists(small, min_size=rows, max_size=rows)), type=pa.int32()),
            "w": pa.array(draw(st.lists(words, min_size=rows, max_size=rows)), type=pa.string()),
            "y": pa.array(draw(st.lists(st.integers(0, 2), min_size=rows, max_size=rows)), type=pa.int64()),
            "v": pa.array(draw(st.lists(st.floats(0, 9), min_size=rows, max_size=rows)), type=pa.float64()),
        }
    )


def both(transformer: Any, table: pa.Table, columns: list[str], rows: int, workers: int, target: str = "y") -> None:
    """Fit both ways and compare all that was learned and, where it can be, what becomes of the rows."""
    frame: pd.DataFrame = table.to_pandas()
    refused: Exception | None = None
    theirs = clone(transformer)
    try:
        theirs.fit(frame[columns], frame[target])
    except (ValueError, TypeError) as error:
        refused = error
    if refused is not None:
        with pytest.raises(CannotFit):
            fit(transformer, table, target=target, columns=columns, rows=rows, workers=workers)
        return
    ours = fit(transformer, table, target=target, columns=columns, rows=rows, workers=workers)
    assert_same(ours, theirs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert_same(ours.transform(frame[columns]), theirs.transform(frame[columns]))
    assert list(ours.get_feature_names_out()) == list(theirs.get_feature_names_out())
    clone(ours)


batching = {"rows": st.integers(1, 17), "workers": st.integers(1, 3)}


@FAST
@given(table=tables(infinite=True), **batching)
@pytest.mark.parametrize(
    "scaler",
    [
        StandardScaler(),
        StandardScaler(with_mean=False),
        StandardScaler(with_std=False),
        MinMaxScaler((-1, 1), clip=True),
        MaxAbsScaler(),
        RobustScaler(),
    ],
    ids=str,
)
def test_scalers_learn_the_same(scaler: Any, table: pa.Table, rows: int, workers: int) -> None:
    both(scaler, table, ["x", "n", "z"], rows, workers)


@FAST
@given(table=tables(), low=st.integers(0, 60), wide=st.integers(0, 40), unit=st.booleans(), **batching)
def test_robust_scalers_of_any_range_learn_the_same(
    table: pa.Table, low: int, wide: int, unit: bool, rows: int, workers: int
) -> None:
    scaler = RobustScaler(
        quantile_range=(float(low), float(low + wide)), unit_variance=unit and 0 < low < low + wide < 100
    )
    both(scaler, table, ["x", "z"], rows, workers)


@FAST
@given(table=tables(infinite=True), indicator=st.booleans(), keep=st.booleans(), **batching)
@pytest.mark.parametrize("strategy", ["mean", "median", "most_frequent", "constant"])
def test_imputers_of_numbers_learn_the_same(
    strategy: str, table: pa.Table, indicator: bool, keep: bool, rows: int, workers: int
) -> None:
    imputer = SimpleImputer(strategy=strategy, add_indicator=indicator, keep_empty_features=keep)
    both(imputer, table, ["x", "n", "z"], rows, workers)


@FAST
@given(table=tables(), indicator=st.booleans(), **batching)
@pytest.mark.parametrize("strategy", ["mean", "most_frequent", "constant"])
def test_imputers_of_text_learn_the_same(
    strategy: str, table: pa.Table, indicator: bool, rows: int, workers: int
) -> None:
    both(SimpleImputer(strategy=strategy, add_indicator=indicator), table, ["s", "w"], rows, workers)


@FAST
@given(
    table=tables(),
    least=st.one_of(st.none(), st.integers(1, 9), st.floats(0.05, 0.5)),
    most=st.one_of(st.none(), st.integers(1, 4)),
    unknown=st.sampled_from(["error", "ignore", "infrequent_if_exist"]),
    drop=st.sampled_from([None, "first", "if_binary"]),
    **batching,
)
def test_one_hot_encoders_learn_the_same(
    table: pa.Table, least: Any, most: Any, unknown: str, drop: Any, rows: int, workers: int
) -> None:
    encoder = OneHotEncoder(min_frequency=least, max_categories=most, handle_unknown=unknown, drop=drop)
    both(encoder, table, ["s", "n", "x", "z"], rows, workers)


@FAST
@given(table=tables(), least=st.one_of(st.none(), st.integers(1, 9)), coded=st.booleans(), **batching)
def test_ordinal_encoders_learn_the_same(table: pa.Table, least: Any, coded: bool, rows: int, workers: int) -> None:
    unknown = {"handle_unknown": "use_encoded_value", "unknown_value": -1} if coded else {}
    both(OrdinalEncoder(min_frequency=least, **unknown), table, ["s", "n", "w"], rows, workers)


@FAST
@given(table=tables(), smooth=st.sampled_from(["auto", 0.0, 10.0]), target=st.sampled_from(["y", "v", "w"]), **batching)
def test_target_encoders_learn_the_same(table: pa.Table, smooth: Any, target: str, rows: int, workers: int) -> None:
    both(TargetEncoder(smooth=smooth), table, ["s", "n"], rows, workers, target)


@FAST
@given(table=tables(), bins=st.integers(2, 6), **batching)
@pytest.mark.parametrize("encode", ["ordinal", "onehot"])
@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
def test_bins_are_the_same(strategy: str, encode: str, table: pa.Table, bins: int, rows: int, workers: int) -> None:
    binning = KBinsDiscretizer(bins, strategy=strategy, encode=encode)
    both(binning, table, ["x", "z"], rows, workers)


@FAST
@given(table=tables(), count=st.integers(1, 30), **batching)
def test_quantile_transformers_learn_the_same(table: pa.Table, count: int, rows: int, workers: int) -> None:
    both(QuantileTransformer(n_quantiles=count, subsample=None), table, ["x", "n"], rows, workers)


@FAST
@given(
    table=tables(),
    least=st.sampled_from([1, 2, 0.2]),
    most=st.sampled_from([1.0, 0.7, 5]),
    limit=st.sampled_from([None, 2]),
    **batching,
)
@pytest.mark.parametrize("kind", [CountVectorizer, TfidfVectorizer])
def test_vocabularies_are_the_same(
    kind: Any, table: pa.Table, least: Any, most: Any, limit: Any, rows: int, workers: int
) -> None:
    texts = kind(min_df=least, max_df=most, max_features=limit, token_pattern=r"\w+")
    both(ColumnTransformer([("text", texts, "w")], sparse_threshold=0.4), table, ["w"], rows, workers)


@FAST
@given(table=tables(), threshold=st.sampled_from([0.0, 0.3, 1.0]), **batching)
def test_a_whole_tree_of_transformers_learns_the_same(
    table: pa.Table, threshold: float, rows: int, workers: int
) -> None:
    numbers = make_pipeline(
        SimpleImputer(add_indicator=True, keep_empty_features=True),
        FeatureUnion(
            [("gone", "drop"), ("standard", StandardScaler()), ("range", MinMaxScaler()), ("as it is", "passthrough")]
        ),
        MaxAbsScaler(),
    )
    texts = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="?"), OneHotEncoder(handle_unknown="ignore", max_categories=3)
    )
    whole = ColumnTransformer(
        [
            ("numbers", numbers, make_column_selector(dtype_include="number")),
            ("texts", texts, ["s", "w"]),
            ("nothing", StandardScaler(), []),
            ("codes", OrdinalEncoder(), [2]),
            ("gone", "drop", ["x"]),
        ],
        remainder="passthrough",
        sparse_threshold=threshold,
    )
    both(whole, table, ["x", "n", "s", "z", "w"], rows, workers)


@FAST
@given(
    table=tables(infinite=True),
    strategy=st.sampled_from(["mean", "median", "constant"]),
    keep=st.booleans(),
    frames=st.booleans(),
    **batching,
)
@pytest.mark.parametrize(
    "scaler",
    [StandardScaler(), StandardScaler(with_mean=False, with_std=False), MinMaxScaler(), MaxAbsScaler()],
    ids=str,
)
def test_imputing_and_scaling_in_one_pass_learn_the_same(
    scaler: Any, table: pa.Table, strategy: str, keep: bool, frames: bool, rows: int, workers: int
) -> None:
    whole = make_pipeline(SimpleImputer(strategy=strategy, keep_empty_features=keep), scaler)
    if frames:
        whole.set_output(transform="pandas")
    both(whole, table, ["x", "n", "z"], rows, workers)


@FAST
@given(
    table=tables(),
    imputer=st.sampled_from(
        [SimpleImputer(strategy="most_frequent"), SimpleImputer(strategy="constant", fill_value="a")]
    ),
    encoder=st.sampled_from(
        [OneHotEncoder(min_frequency=3, handle_unknown="ignore"), OneHotEncoder(drop="first"), OrdinalEncoder()]
    ),
    **batching,
)
def test_imputing_and_encoding_in_one_pass_learn_the_same(
    table: pa.Table, imputer: Any, encoder: Any, rows: int, workers: int
) -> None:
    both(make_pipeline(imputer, encoder), table, ["s", "w"], rows, workers)


def test_what_can_share_a_pass_does(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "penstock.features")
    table = pa.table({"x": [1.0, None, 3.0], "s": ["a", None, "b"]})
    whole = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler(), MaxAbsScaler()), ["x"]),
            ("texts", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), ["s"]),
        ]
    )
    fit(whole, table)
    assert len(caplog.records) == 2
