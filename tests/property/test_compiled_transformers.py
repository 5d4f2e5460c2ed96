"""Any text and any date: what a graph makes of it is what the transformer makes of it, or the row is refused."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer

from penstock.features import CategoryHasher, CyclicDateParts, DateParts, FeatureCross
from penstock.features.calendar import PARTS
from support.emitted import Emitted

MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink]
)
SIGMA = "\N{GREEK CAPITAL LETTER SIGMA}"
LETTERS = st.characters(min_codepoint=1, max_codepoint=0x1FFFF, exclude_categories=["Cs", "Cn"])
TEXTS = st.lists(st.text(LETTERS, max_size=20), min_size=1, max_size=8)
SENTENCES = st.lists(
    st.lists(st.text(LETTERS, max_size=4) | st.sampled_from(["İstanbul", "straße", "ﬁne", "Ὀδός", "x"]), max_size=8),
    min_size=1,
    max_size=5,
)
CORPUS = ["the İstanbul straße", "ﬁne x y Ὀδός the the", "12 3½ don't naïve"]


def texts(values: Any) -> pd.DataFrame:
    return pd.DataFrame({"a": pd.Series(values, dtype=object)})


@pytest.fixture(scope="module")
def hashed() -> tuple[Any, Emitted]:
    hasher = CategoryHasher(101, sparse_output=False).fit(texts(["x"]))
    return hasher, Emitted(hasher, texts(["x"]))


@MANY
@given(values=TEXTS)
def test_any_text_is_hashed_as_scikit_learn_does(values: list[str], hashed: tuple[Any, Emitted]) -> None:
    hasher, emitted = hashed
    made, refused = emitted(texts(values))
    assert np.array_equal(made, hasher.transform(texts(values)))
    assert not refused.any()


def test_a_text_with_a_character_that_is_not_known_is_refused(hashed: tuple[Any, Emitted]) -> None:
    _, refused = hashed[1](texts(["x", "\U00020000", "x\0", "y" * 3000]))
    assert refused.tolist() == [False, True, True, False]


@pytest.fixture(
    scope="module",
    params=[
        HashingVectorizer(n_features=97),
        HashingVectorizer(n_features=97, ngram_range=(2, 2), binary=True, norm="l1", token_pattern=r"\w+"),
        HashingVectorizer(n_features=97, strip_accents="unicode", alternate_sign=False),
        CountVectorizer(ngram_range=(1, 3)),
        TfidfVectorizer(strip_accents="ascii", sublinear_tf=True),
    ],
    ids=str,
)
def counted(request: pytest.FixtureRequest) -> tuple[Any, Emitted]:
    vectorizer = request.param.fit(CORPUS)
    return vectorizer, Emitted(vectorizer, texts(CORPUS))


@MANY
@given(pieces=SENTENCES, between=st.sampled_from([" ", ", ", "-", "\n", "_"]))
def test_any_text_is_counted_as_scikit_learn_does(
    pieces: list[list[str]], between: str, counted: tuple[Any, Emitted]
) -> None:
    vectorizer, emitted = counted
    values = [between.join(each) for each in pieces]
    made, refused = emitted(texts(values))
    assert np.allclose(made[~refused], vectorizer.transform(values).toarray()[~refused], rtol=1e-12, atol=0)
    assert [row for row, text in enumerate(values) if refused[row] and SIGMA not in text] == []


MOMENTS = st.lists(st.datetimes(dt.datetime(1900, 1, 3), dt.datetime(2199, 12, 30)) | st.none(), min_size=1)
DATES = {
    (zone, form): DateParts(PARTS, timezone=zone, since="2020-02-29")
    for zone, form in [(None, "naive"), ("Europe/Warsaw", "aware"), ("America/St_Johns", "text"), (None, "offset")]
}


def dates(moments: list[dt.datetime | None], form: str) -> pd.DataFrame:
    """A column of moments: datetimes, instants, or texts of either."""
    naive = pd.Series(np.array(moments, dtype="datetime64[us]"))
    if form == "naive":
        return pd.DataFrame({"d": naive})
    if form == "aware":
        return pd.DataFrame({"d": naive.dt.tz_localize("UTC").dt.tz_convert("Asia/Kolkata")})
    ends = {"text": "", "offset": "-05:30"}[form]
    return texts([None if each is None else each.isoformat(timespec="microseconds") + ends for each in moments]).rename(
        columns={"a": "d"}
    )


@pytest.fixture(scope="module", params=DATES, ids=str)
def dated(request: pytest.FixtureRequest) -> tuple[str, Any, Emitted]:
    form = request.param[1]
    sample = dates([dt.datetime(2026, 1, 1)], form)
    fitted = DATES[request.param].fit(sample)
    return form, fitted, Emitted(fitted, sample)


@MANY
@given(moments=MOMENTS)
def test_any_date_has_the_same_parts(moments: list[dt.datetime | None], dated: tuple[str, Any, Emitted]) -> None:
    form, fitted, emitted = dated
    rows = dates(moments, form)
    made, refused = emitted(rows)
    assert np.array_equal(made, fitted.transform(rows), equal_nan=True)
    assert not refused.any()


@MANY
@given(values=st.lists(st.text(st.sampled_from("0123456789-T:.Z+ ")) | st.datetimes().map(str), min_size=1))
def test_a_text_is_a_date_for_both_or_for_none(values: list[str], loosely: tuple[Any, Emitted]) -> None:
    fitted, emitted = loosely
    made, _ = emitted(texts(values))
    assert np.array_equal(made, fitted.transform(texts(values)), equal_nan=True)


@pytest.fixture(scope="module")
def loosely() -> tuple[Any, Emitted]:
    fitted = CyclicDateParts(["dayofyear", "second"], unparsed="missing").fit(texts(["2026-01-01"]))
    return fitted, Emitted(fitted, texts(["2026-01-01"]))


def test_crosses_of_texts_and_numbers_are_the_same() -> None:
    rows = pd.DataFrame({"a": ["x", "", None, "Ł"], "b": [1.0, -2.0, 3.0, np.nan], "c": [True, False, True, True]})
    rows["a"] = rows["a"].astype(object)
    fitted = FeatureCross(buckets=1000).fit(rows)
    made, refused = Emitted(fitted, rows)(rows)
    assert np.array_equal(made, fitted.transform(rows), equal_nan=True)
    assert not refused.any()
    _, refused = Emitted(fitted, rows)(rows.assign(b=[1.5, np.inf, 2.0**60, 0.0]))
    assert refused.tolist() == [True, True, True, False]
