"""The exploratory report: what it points at, and a page that is whole, safe, and needs nothing from outside."""

import re
from html.parser import HTMLParser

import numpy as np
import polars as pl
import pytest

from penstock.data import HTML, converter_for
from penstock.profiles import Profile, profile

N = 2000
X = np.random.default_rng(11).normal(size=N)


def found(**columns):
    return {(f.kind, f.columns) for f in profile(pl.DataFrame(columns, strict=False)).findings()}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([None] * N, "all missing"),
        ([1.0] + [None] * (N - 1), "mostly missing"),
        ([None] * 200 + list(X[200:]), "missing"),
        ([7] * N, "constant"),
        (["same"] * N, "constant"),
        ([True] * N, "constant"),
        ([0] * (N - 9) + list(range(9)), "mostly one value"),
        ([float("inf"), *X[1:]], "infinite"),
        ([f"id-{number}" for number in range(N)], "unique"),
        (list(range(N)), "unique"),
        ([f"name {number % 1200}" for number in range(N)], "many values"),
        (list(np.exp(3 * X)), "skewed"),
        (list(-np.exp(3 * X)), "skewed"),
        (["", "a"] * (N // 2), "empty texts"),
        (["2026-01-31", "2026-02-01 10:00:00"] * (N // 2), "dates as text"),
        (["31.01.2026", "1.2.2026"] * (N // 2), "dates as text"),
        (["1,5", "-2"] * (N // 2), "numbers as text"),
    ],
)
def test_a_column_that_needs_a_look_is_named(values, kind):
    assert (kind, ("x",)) in found(x=values)


@pytest.mark.parametrize("values", [list(X), ["a", "b"] * (N // 2), [True, False] * (N // 2), [["a"]] * N])
def test_an_ordinary_column_is_not_named(values):
    assert found(x=values) == set()


def test_pairs_that_need_a_look_are_named():
    frame = pl.DataFrame({"x": X, "near": X + 0.01 * X[::-1], "twin": X, "label": X > 0, "leak": X > 0.001})
    seen = {(f.kind, f.columns) for f in profile(frame, target="label").findings()}
    assert ("duplicate", ("twin", "x")) in seen
    assert ("correlated", ("near", "x")) in seen
    assert ("tells the target", ("leak",)) in seen


def test_a_table_without_rows_is_named_as_such():
    assert found(x=[]) == {("no rows", ())}


class _Page(HTMLParser):
    """Which elements are open, and what is linked."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.words = [], set(), set(), []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert not {"src", "onload", "onerror", "onclick"} & given.keys()
        self.ids.add(given.get("id"))
        self.links.add(given.get("href"))
        if tag not in ("meta", "input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


HOSTILE = ["<script>alert(1)</script>", '"><img onerror="x">', "'", "&amp;", "名前\n🚕", "", "\udcff", "a" * 500]


def test_the_page_is_whole_and_safe_whatever_names_and_texts_are_in_the_table():
    frame = pl.DataFrame({name.encode("utf-8", "replace").decode(): [*HOSTILE[:6], None] for name in HOSTILE})
    frame = frame.with_columns(pl.Series("x", [1.0, 2, 3, 4, 5, float("nan"), None]), pl.lit(b"\x00").alias("raw"))
    text = profile(frame, target="'").html('</title><script>x</script>"')
    page = _Page(text)
    assert page.open == []
    assert {link[1:] for link in page.links if link} <= page.ids
    assert text.count("<script>") == 1
    assert "<img" not in text
    assert "<script>alert(1)</script>" in page.words
    text.encode()


def test_the_page_needs_nothing_from_outside():
    text = profile(pl.DataFrame({"x": X, "t": ["a", "b"] * (N // 2)})).html("Rows")
    assert isinstance(text, HTML)
    assert not re.search(r"(https?:)?//[a-z]|@import|url\(", text)


def test_the_page_of_many_columns_can_be_filtered_and_stays_small():
    generator = np.random.default_rng(2)
    frame = pl.DataFrame({f"feature {number}": generator.normal(size=300) for number in range(200)})
    text = profile(frame).html("Wide")
    assert text.count('<details class="card"') == 200
    assert 'class="filter"' in text
    assert len(text) < 1_200_000


def test_a_few_columns_are_shown_in_full():
    text = profile(pl.DataFrame({"x": [1, 2, 2], "t": ["a", "b", None]})).html("Rows")
    assert text.count(" open>") == 2
    for shown in ("1 number", "33.3 %", "median", "All figures are exact"):
        assert shown in text


@pytest.mark.parametrize("frame", [pl.DataFrame(), pl.DataFrame({"a": []}), pl.DataFrame({"a": [1]})])
def test_a_table_of_next_to_nothing_has_a_page(frame):
    assert _Page(profile(frame).html("Little")).open == []


def test_a_profile_is_an_artifact_and_its_bytes_are_the_same_each_time(tmp_path):
    made = profile(pl.DataFrame({"x": X, "t": ["a", "b"] * (N // 2)}))
    converter = converter_for(Profile)
    assert converter.kind == "profile"
    assert converter.save(made, tmp_path / "one.json") == {"format": "profile", "rows": N, "columns": 2}
    converter.save(converter.load(tmp_path / "one.json", Profile, {}), tmp_path / "two.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_the_summary_is_plain_json():
    import json

    frame = pl.DataFrame({"x": [1.0, float("inf")], "day": pl.Series(["2026-01-01", None]).str.to_date()})
    summary = json.loads(json.dumps(profile(frame).summary(), allow_nan=False))
    assert summary["columns"]["day"]["min"] == "2026-01-01"
    assert summary["columns"]["x"]["infinite"] == 1
    assert [finding["kind"] for finding in summary["findings"]]
