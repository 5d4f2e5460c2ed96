"""Parameters: whatever fits its annotation becomes JSON and comes back the same."""

import json
import math
from datetime import date, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from penstock.data import ParameterUse, classify, decode_parameter, encode_parameter

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
SCALARS: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (int, st.integers()),
    (float, st.floats()),
    (str, TEXT),
    (bool, st.booleans()),
    (date, st.dates()),
    (
        datetime,
        st.datetimes(timezones=st.none() | st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m)))),
    ),
]


def pairs() -> st.SearchStrategy[tuple[Any, Any]]:
    """An annotation and a value of it."""
    base = st.sampled_from(SCALARS).flatmap(lambda pair: st.tuples(st.just(pair[0]), pair[1]))

    def wider(inner: st.SearchStrategy[tuple[Any, Any]]) -> st.SearchStrategy[tuple[Any, Any]]:
        return inner.flatmap(
            lambda pair: st.one_of(
                st.just((list[pair[0]], [pair[1], pair[1]])),
                st.just((tuple[pair[0], ...], (pair[1],))),
                st.just((tuple[pair[0], int], (pair[1], 7))),
                st.dictionaries(TEXT, st.just(pair[1]), max_size=3).map(lambda value: (dict[str, pair[0]], value)),
                st.sampled_from([pair[1], None]).map(lambda value: (pair[0] | None, value)),
            )
        )

    return st.recursive(base, wider, max_leaves=4)


@given(pairs())
def test_a_value_of_its_annotation_comes_back_through_json_text(pair: tuple[Any, Any]) -> None:
    annotation, value = pair
    assert isinstance(classify(annotation), ParameterUse)
    text = json.dumps(encode_parameter(value, annotation), allow_nan=False)
    assert same(decode_parameter(json.loads(text), annotation), value)


def same(left: Any, right: Any) -> bool:
    """Equal in value and type, nan being itself."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return left == right or (math.isnan(left) and math.isnan(right))
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return bool(left == right)
