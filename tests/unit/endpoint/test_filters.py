"""Filters of searches: what they say, and that no text is more than refused."""

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.endpoint.errors import BadRequest
from penstock.endpoint.mlflow.filters import Vocabulary, is_like, read_filter, read_subject
from penstock.endpoint.mlflow.paging import page_of, write_token
from penstock.endpoint.mlflow.places import checked
from penstock.endpoint.mlflow.searching import ordered

WORDS: Vocabulary[dict[str, float]] = Vocabulary(
    attributes={"name": ("text", lambda item: str(item)), "size": ("number", lambda item: item["size"])},
    entities={"metrics": "number", "tags": "text"},
)


@settings(deadline=None)
@given(st.text(alphabet="metricstagname.'\"`%_()<>=!, 019\\ANDORLIKEIS", max_size=60) | st.text(max_size=40))
def test_any_text_is_a_filter_or_is_refused(text: str) -> None:
    for read in (read_filter, read_subject):
        with contextlib.suppress(BadRequest):
            read(text, WORDS)


@settings(deadline=None)
@given(st.text(alphabet="ab%_", max_size=8), st.text(alphabet="abc", max_size=10))
def test_like_is_what_sql_says(pattern: str, text: str) -> None:
    expected = re.fullmatch(re.escape(pattern).replace("%", ".*").replace("_", "."), text) is not None
    assert is_like(text, pattern) == expected


def test_like_takes_no_longer_with_many_wildcards() -> None:
    assert not is_like("a" * 5000, "%a" * 100 + "b")


@pytest.mark.parametrize(
    ("text", "value"),
    [("tags.a = 'it''s'", "it's"), (r"tags.a = 'it\'s'", "it's"), ('tags.a = "x\\"y"', 'x"y'), ("tags.a = ''", "")],
)
def test_quotes_may_stand_in_texts(text: str, value: str) -> None:
    (condition,) = read_filter(text, WORDS)
    assert condition.value == value


@settings(deadline=None)
@given(st.lists(st.none() | st.floats(allow_nan=True)), st.booleans())
def test_what_is_missing_comes_last_and_nan_before_it(values: list[float | None], rising: bool) -> None:
    found = ordered(values, lambda value: value, rising=rising)
    kinds = [2 if value is None else 1 if value != value else 0 for value in found]
    assert kinds == sorted(kinds)
    plain = [value for value, kind in zip(found, kinds, strict=True) if kind == 0]
    assert plain == sorted(plain, reverse=not rising)  # type: ignore[type-var]


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(1, 7))
def test_pages_hold_every_item_once(count: int, limit: int) -> None:
    token, seen = "", []
    while True:
        page, rest = page_of(range(count), token, limit)
        seen += page
        if not rest:
            break
        token = rest["next_page_token"]
    assert seen == list(range(count))


@pytest.mark.parametrize("token", ["???", "abc", write_token("x"), write_token(-1), "é"])
def test_a_token_that_is_none_of_ours_is_refused(token: str) -> None:
    with pytest.raises(BadRequest, match="none of ours"):
        page_of([1], token, 1)


@settings(deadline=None)
@given(st.text(alphabet="ab./\\%\x00 é", max_size=20))
def test_a_path_is_refused_or_stays_where_it_is(text: str) -> None:
    try:
        path = checked(text)
    except BadRequest:
        return
    assert path == "" or all(part not in ("", ".", "..") for part in path.split("/"))
    assert not path.startswith("/")
    assert "\\" not in path
    assert "\x00" not in path
