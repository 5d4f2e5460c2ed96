"""Rows that fit a signature are read; of those that do not, all that is wrong is said."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.models.signature import Column, Signature
from penstock.serving.refusals import NotJson, Refused, UnfitRows
from penstock.serving.rows import RowReader

READER = RowReader(
    Signature(
        inputs=(
            Column(name="miles", type="double", required=False),
            Column(name="year", type="long"),
            Column(name="cash", type="boolean"),
            Column(name="company", type="string", required=False),
            Column(name="at", type="datetime", required=False),
        )
    )
)
ROW = {"miles": 2, "year": 2014, "cash": False, "company": None}


def read(value: Any) -> list[Any]:
    return READER.read_rows(json.dumps(value).encode())


def problems(value: Any) -> list[str]:
    with pytest.raises(UnfitRows) as caught:
        read(value)
    return [str(problem) for problem in caught.value.problems]


def test_a_row_and_a_list_of_rows_are_read_alike() -> None:
    (row,) = read(ROW)
    assert (row.c0, row.c1, row.c2, row.c3, row.c4) == (2.0, 2014, False, None, None)
    assert isinstance(row.c0, float)
    assert read([ROW, ROW]) == [row, row]
    assert read([]) == []


def test_columns_that_the_model_does_not_know_do_no_harm() -> None:
    assert read({**ROW, "tips": 3}) == read(ROW)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"miles": "far"}, "'miles': expected a number, or null, got the text 'far'"),
        ({"miles": True}, "'miles': expected a number, or null, got true"),
        ({"year": 2014.5}, "'year': expected an integer, got the number 2014.5"),
        ({"year": None}, "'year': expected an integer, got null"),
        ({"cash": 1}, "'cash': expected true or false, got the number 1"),
        ({"company": ["a"]}, "'company': expected a text, or null, got a list"),
        ({"company": {"a": 1}}, "'company': expected a text, or null, got an object"),
        ({"at": "tomorrow"}, "'at': expected a time as ISO 8601, or null, got the text 'tomorrow'"),
    ],
)
def test_a_value_of_another_type_is_named(change: dict[str, Any], told: str) -> None:
    assert problems({**ROW, **change}) == [told]
    assert problems([ROW, {**ROW, **change}]) == [f"row 1, {told}"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert problems([{"miles": "x", "cash": True}, 7]) == [
        "row 0, 'miles': expected a number, or null, got the text 'x'",
        "row 0, 'year': expected an integer, got nothing",
        "row 1: expected an object with a value for each column, got the number 7",
    ]


def test_of_many_problems_ten_are_shown_and_the_rest_counted() -> None:
    with pytest.raises(UnfitRows, match="and 30 more") as caught:
        read([{}] * 20)
    assert len(caught.value.problems) == 10


@pytest.mark.parametrize("body", [b"", b"{", b"[1,", b'{"miles": NaN}', b"\xff", b"[" * 5000, b'"\\ud800"x'])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(NotJson):
        READER.read_rows(body)


LEAVES = st.none() | st.booleans() | st.integers() | st.text() | st.floats()
NAMES = st.sampled_from(["miles", "year", "cash", "x"])
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


@given(ANYTHING)
def test_any_json_is_read_or_refused(value: Any) -> None:
    with suppress(Refused):
        assert all(isinstance(row, READER.row) for row in read(value))
