"""Rows as batches of numbers."""

import numpy as np
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from penstock.features import NotNumbers, UnknownColumns, batches, fit

TABLE = pa.table({"x": list(range(10)), "s": list("ababababab"), "y": [0, 1] * 5})


def test_each_batch_but_the_last_has_the_size_and_the_order_is_kept() -> None:
    scaler = fit(FunctionTransformer(), TABLE, columns=["x"])
    ragged = [TABLE.slice(0, 1), TABLE.slice(1, 5), TABLE.slice(6)]
    made = list(batches(ragged, scaler, 4, target="y"))
    assert [len(y) for _, y in made] == [4, 4, 2]
    assert np.concatenate([X for X, _ in made])[:, 0].tolist() == list(range(10))
    assert np.concatenate([y for _, y in made]).tolist() == [0, 1] * 5
    assert made[0][0].dtype == np.float64


def test_without_a_target_there_is_none() -> None:
    [(X, y)] = batches(TABLE, None, 100, columns=["x", "y"], dtype="float32")
    assert y is None
    assert X.dtype == np.float32


def test_a_sparse_matrix_stays_sparse() -> None:
    encoder = fit(OneHotEncoder(), TABLE, columns=["s"])
    [(X, _)] = batches(TABLE, encoder, 100)
    assert sparse.issparse(X)
    assert X.toarray()[:2].tolist() == [[1, 0], [0, 1]]


def test_missing_values_are_nan() -> None:
    [(X, _)] = batches(pa.table({"x": [None, 2]}), None, 5)
    assert np.isnan(X[0, 0])


def test_no_rows_are_no_batches() -> None:
    assert list(batches(TABLE.slice(0, 0), None, 5, columns=["x"])) == []


def test_text_is_refused_by_name() -> None:
    with pytest.raises(NotNumbers, match="what is no number in s: could not convert"):
        list(batches(TABLE, None, 5))


def test_wrong_use_is_refused_at_once() -> None:
    with pytest.raises(UnknownColumns, match="`target=` names 'z'"):
        batches(TABLE, None, 5, target="z")
    with pytest.raises(UnknownColumns, match="the transformer names 'x'"):
        batches(TABLE.drop(["x"]), StandardScaler().fit(TABLE.select(["x"]).to_pandas()), 5)
    with pytest.raises(ValueError, match="size=0"):
        batches(TABLE, None, 0)
