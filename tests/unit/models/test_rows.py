"""Raw rows: what a column of training data is, and rows in any form as the frame that a model was fitted on."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.models import Column, NotRows, RowsUnfit, Signature
from penstock.models.rows import columns_of, fitted_to, frame_of

FRAME = pd.DataFrame(
    {
        "whole": [1, 2, 3],
        "gap": [1.0, np.nan, 3.0],
        "text": ["a", None, "c"],
        "old": pd.Series(["a", None, "c"], dtype=object),
        "flag": [True, False, True],
        "day": pd.to_datetime(["2024-02-29", "2024-03-01", "2024-03-02"]),
        "zoned": pd.to_datetime(["2024-02-29", "2024-03-01", "2024-03-02"], utc=True),
        "kind": pd.Categorical(["x", "y", "x"]),
        "small": np.array([1, 2, 3], dtype=np.int32),
        "half": np.array([1, 2, 3], dtype=np.float32),
    }
)
COLUMNS = columns_of(FRAME, frozenset({"gap", "text", "old"}))


def test_types_are_those_of_mlflow_and_what_was_missing_may_be_missing() -> None:
    assert {column.name: (column.type, column.required) for column in COLUMNS} == {
        "whole": ("long", True),
        "gap": ("double", False),
        "text": ("string", False),
        "old": ("string", False),
        "flag": ("boolean", True),
        "day": ("datetime", True),
        "zoned": ("datetime", True),
        "kind": ("string", True),
        "small": ("integer", True),
        "half": ("float", True),
    }


def test_a_whole_number_of_which_one_is_missing_is_a_double() -> None:
    frame = pd.DataFrame({"n": pd.array([1, None], dtype="Int64")})
    (column,) = columns_of(frame, frozenset({"n"}))
    assert (column.type, column.required) == ("double", False)


def test_the_rows_of_training_come_back_as_they_were() -> None:
    made = fitted_to(FRAME, COLUMNS)
    pd.testing.assert_frame_equal(made, FRAME)


PLAIN = FRAME.drop(columns=["zoned", "kind"])


@pytest.mark.parametrize(
    "rows",
    [
        PLAIN,
        pl.from_pandas(PLAIN),
        pl.from_pandas(PLAIN).lazy(),
        pa.Table.from_pandas(PLAIN),
        PLAIN.to_dict("records"),
        PLAIN.to_dict("list"),
    ],
    ids=["pandas", "polars", "lazy", "arrow", "dicts", "columns"],
)
def test_rows_in_any_form_become_the_same_frame(rows: Any) -> None:
    columns = [column for column in COLUMNS if column.name not in ("zoned", "kind")]
    made = fitted_to(frame_of(rows), columns)
    pd.testing.assert_frame_equal(made, FRAME[[column.name for column in columns]], check_index_type=False)


def test_one_dict_is_one_row_and_what_may_be_missing_may_be_left_out() -> None:
    row = {"whole": 4, "flag": True, "day": "2024-01-01T12:00", "zoned": "2024-01-01T12:00+01:00", "kind": "y"}
    made = fitted_to(frame_of({**row, "small": 1, "half": 0.5}), COLUMNS)
    assert made["day"].tolist() == [dt.datetime(2024, 1, 1, 12)]
    assert made["zoned"].tolist() == [pd.Timestamp("2024-01-01T11:00Z")]
    assert made["old"].tolist() == [None]
    assert made[["gap", "text"]].isna().all(axis=None)


def test_an_integer_column_that_became_float_is_taken() -> None:
    (column,) = columns_of(pd.DataFrame({"n": [1, 2]}), frozenset())
    assert fitted_to(pd.DataFrame({"n": [1.0, 2.0]}), [column])["n"].dtype == np.int64
    assert fitted_to(pd.DataFrame({"n": [1.0, np.nan]}), [column])["n"].dtype == np.float64
    assert fitted_to(pd.DataFrame({"n": [1.5]}), [column])["n"].tolist() == [1.5]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"whole": ["a", "b", "c"]}, r"column 'whole' holds numbers, but 'a', 'b', 'c' came"),
        ({"text": [1, 2, 3]}, r"column 'text' holds texts, but 1, 2, 3 came"),
        (
            {"day": ["2024-01-01", "never", "2024-01-03"]},
            r"column 'day' holds dates, but something came that is none.*never",
        ),
        ({"flag": [True, 7, False]}, r"column 'flag' holds true and false, but 7 came"),
    ],
)
def test_values_of_another_type_are_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(RowsUnfit, match=message):
        fitted_to(FRAME.assign(**change), COLUMNS)


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(RowsUnfit, match=r"column 'whole' is missing"):
        fitted_to(FRAME.drop(columns="whole"), COLUMNS)


def test_columns_of_one_name_are_refused() -> None:
    with pytest.raises(RowsUnfit, match=r"column 'a' is there twice"):
        frame_of(pd.DataFrame([[1, 2]], columns=["a", "a"]))


def test_a_column_of_several_types_is_refused() -> None:
    with pytest.raises(RowsUnfit, match=r"column 'a' holds values of several types: long, string"):
        columns_of(pd.DataFrame({"a": [1, "x"]}), frozenset())


@pytest.mark.parametrize("rows", [7, "rows", [1, 2], None, np.zeros(3)])
def test_what_has_no_columns_is_refused(rows: Any) -> None:
    with pytest.raises(NotRows, match=r"cannot be taken as rows"):
        frame_of(rows)


def test_a_column_without_any_value_is_a_column() -> None:
    frame = pd.DataFrame({"none": [None, None], "nan": [np.nan, np.nan]})
    columns = columns_of(frame, frozenset({"none", "nan"}))
    assert [column.type for column in columns] == ["string", "double"]
    assert fitted_to(pd.DataFrame({"none": ["x"], "nan": [1]}), columns).to_dict("list") == {
        "none": ["x"],
        "nan": [1.0],
    }


names = st.text(min_size=1, max_size=8)
types = st.sampled_from(["boolean", "integer", "long", "float", "double", "string", "binary", "datetime"])
column_lists = st.lists(st.builds(Column, name=names, type=types, required=st.booleans()), max_size=5)


@given(column_lists, column_lists)
def test_a_signature_survives_mlflows_form(inputs: list[Column], outputs: list[Column]) -> None:
    signature = Signature(inputs=tuple(inputs), outputs=tuple(outputs))
    assert Signature.from_mlflow(signature.to_mlflow()) == signature


@pytest.mark.parametrize("found", [7, {"inputs": "7"}, {"inputs": "{"}, {"inputs": ["x"]}])
def test_a_damaged_signature_is_no_signature(found: Any) -> None:
    with pytest.raises(ValueError, match=r"the signature|Expecting"):
        Signature.from_mlflow(found)
