"""What annotations stand for, and how parameters become JSON and come back."""

import enum
import math
import pathlib
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any, Literal, NewType, Optional

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import pytest
import sklearn.base
from sklearn.pipeline import Pipeline

from penstock.data import (
    HTML,
    Artifact,
    ArtifactUse,
    Metrics,
    ParameterUse,
    classify,
    compatible,
    decode_parameter,
    encode_parameter,
)
from penstock.data.errors import UnknownType, WrongType


class Colour(enum.StrEnum):
    RED = "red"
    GREEN = "green"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Odd(enum.Enum):
    PAIR = (1, 2)
    SINGLE = 3


class MixedIn(str, enum.Enum):  # noqa: UP042 - people write it so
    A = "a"


UserName = NewType("UserName", str)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (int, "NUMBER_INTEGER"),
        (float, "NUMBER_DOUBLE"),
        (int | float, "NUMBER_DOUBLE"),
        (str, "STRING"),
        (bool, "BOOLEAN"),
        (date, "STRING"),
        (datetime, "STRING"),
        (list, "LIST"),
        (list[int], "LIST"),
        (list[Any], "LIST"),
        (Sequence[str], "LIST"),
        (tuple[int, str], "LIST"),
        (tuple[int, ...], "LIST"),
        (dict, "STRUCT"),
        (dict[str, float], "STRUCT"),
        (Mapping[str, list[int]], "STRUCT"),
        (Literal["a", "b"], "STRING"),
        (Literal[1, 2], "NUMBER_INTEGER"),
        (Colour, "STRING"),
        (Level, "NUMBER_INTEGER"),
        (Odd, "STRING"),
        (Annotated[int, "a remark"], "NUMBER_INTEGER"),
        (UserName, "STRING"),
    ],
)
def test_plain_types_are_parameters(annotation: Any, expected: str) -> None:
    use = classify(annotation)
    assert isinstance(use, ParameterUse)
    assert use.parameter_type == expected
    assert not use.optional


@pytest.mark.parametrize("annotation", [Optional[int], int | None, None | int, Annotated[int | None, "x"]])  # noqa: UP045
def test_none_in_a_union_makes_a_parameter_optional(annotation: Any) -> None:
    use = classify(annotation)
    assert isinstance(use, ParameterUse)
    assert (use.parameter_type, use.optional) == ("NUMBER_INTEGER", True)


def test_literals_are_known_as_json() -> None:
    assert [classify(a).literals for a in (Literal["a", "b"], Literal["a", None], Colour, Level, Odd)] == [
        ["a", "b"],
        ["a"],
        ["red", "green"],
        [1, 2],
        ["PAIR", "SINGLE"],
    ]
    assert classify(Literal["a", None]).optional


@pytest.mark.parametrize(
    ("annotation", "kind", "schema_title"),
    [
        (pl.DataFrame, "table", "system.Dataset"),
        (pl.LazyFrame, "table", "system.Dataset"),
        (pd.DataFrame, "table", "system.Dataset"),
        (np.ndarray, "array", "system.Artifact"),
        (npt.NDArray[np.float64], "array", "system.Artifact"),
        (sklearn.base.ClassifierMixin, "model", "system.Model"),
        (sklearn.base.BaseEstimator, "model", "system.Model"),
        (Pipeline, "model", "system.Model"),
        (Metrics, "metrics", "system.Metrics"),
        (HTML, "html", "system.HTML"),
        (bytes, "file", "system.Artifact"),
        (pathlib.Path, "file", "system.Artifact"),
        (Artifact, "file", "system.Artifact"),
    ],
)
def test_types_with_a_converter_are_artifacts(annotation: Any, kind: str, schema_title: str) -> None:
    use = classify(annotation)
    assert isinstance(use, ArtifactUse)
    assert (use.kind, use.schema_title, use.is_list, use.optional) == (kind, schema_title, False, False)


def test_a_list_of_an_artifact_type_is_a_list_of_artifacts() -> None:
    use = classify(list[pl.DataFrame] | None)
    assert isinstance(use, ArtifactUse)
    assert (use.is_list, use.optional, use.annotation, use.kind) == (True, True, pl.DataFrame, "table")


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (complex, r"`complex` is neither .*\n  hint: .*Converter.*register"),
        (set[int], r"`set\[int\]` is neither .*\n  hint: use .*list"),
        (dict[str, pl.DataFrame], r"`dict\[str, polars.DataFrame\]`"),
        (pl.DataFrame | pd.DataFrame, "a union says nothing of how to store it"),
        (Any, "`Any` .*\n  hint: say what it is"),
        ("pl.DataFrame", "text that was not resolved"),
        (Literal["a", 1], "Literal"),
        (list[complex], r"list\[complex\]"),
    ],
)
def test_other_types_are_refused_with_a_remedy(annotation: Any, words: str) -> None:
    with pytest.raises(UnknownType, match=words):
        classify(annotation)


@pytest.mark.parametrize(
    ("value", "annotation", "json"),
    [
        (3, int, 3),
        (3, float, 3.0),
        (3, int | float, 3),
        (np.int64(3), int, 3),
        (np.float32(0.5), float, 0.5),
        (np.float64(0.5), float, 0.5),
        (np.bool_(True), bool, True),
        (np.str_("x"), str, "x"),
        (MixedIn.A, str, "a"),
        (math.nan, float, "NaN"),
        (-math.inf, float, "-Infinity"),
        ([1, 2], tuple[int, ...], [1, 2]),
        ((1, "a"), tuple[int, str], [1, "a"]),
        ({"a": np.float32(2)}, dict[str, float], {"a": 2.0}),
        ({"a": [1, None, {"b": True}]}, dict, {"a": [1, None, {"b": True}]}),
        (Colour.RED, Colour, "red"),
        (Level.HIGH, Level, 2),
        (Odd.PAIR, Odd, "PAIR"),
        ("b", Literal["a", "b"], "b"),
        (date(2026, 11, 21), date, "2026-11-21"),
        (datetime(2026, 11, 21, 8, tzinfo=UTC), datetime, "2026-11-21T08:00:00+00:00"),
        (None, int | None, None),
        (2**70, int, 2**70),
    ],
)
def test_values_become_json(value: Any, annotation: Any, json: Any) -> None:
    encoded = encode_parameter(value, annotation)
    assert encoded == json
    assert type(encoded) is type(json)


@pytest.mark.parametrize(
    ("value", "annotation"),
    [
        (3.5, float),
        (math.inf, float),
        ([1.5, -math.inf], list[float]),
        ((1, ("a", None)), tuple[int, tuple[str, bool | None]]),
        ({"a": [Colour.RED]}, dict[str, list[Colour]]),
        (Odd.SINGLE, Odd),
        (datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=5, minutes=30))), datetime),
        (date(2024, 2, 29), date | None),
        ("", str),
        ([], list[int]),
        ((), tuple[()]),
    ],
)
def test_values_come_back_as_they_were(value: Any, annotation: Any) -> None:
    back = decode_parameter(encode_parameter(value, annotation), annotation)
    assert back == value
    assert type(back) is type(value)


def test_nan_comes_back_where_a_float_is_declared() -> None:
    assert math.isnan(decode_parameter(encode_parameter({"a": math.nan}, dict[str, float]), dict[str, float])["a"])


def test_a_whole_float_is_read_as_an_int_because_some_tools_print_it_so() -> None:
    value = decode_parameter([2.0, 3], list[int])
    assert value == [2, 3]
    assert all(type(item) is int for item in value)


@pytest.mark.parametrize(
    ("value", "annotation", "words"),
    [
        (True, int, "declared as `int`, but a `bool` came"),
        (1, bool, "declared as `bool`, but a `int` came"),
        (1.0, int, "a `float` came"),
        ("1", float, "declared as `float`, but a `str` came"),
        (None, str, "a `None` came"),
        ([1, "x"], list[int], r"at \[1\], is declared as `list\[int\]`, but a `str` came \('x'\)"),
        ({"a": {"b": 1}}, dict[str, dict[str, str]], r"at \['a'\]\['b'\]"),
        ({1: 2}, dict, "keys of a JSON object are strings"),
        ({"a": math.nan}, dict, "declare the type inside"),
        ([object()], list, "JSON cannot hold it"),
        ((1,), tuple[int, int], "it has 1 items, not 2"),
        ("c", Literal["a", "b"], "it is none of 'a', 'b'"),
        (True, Literal[1, 2], "a `bool` came"),
        ("red", Colour, "a `str` came"),
        (datetime(2026, 1, 1), date, "declared as `date`"),
        (date(2026, 1, 1), datetime, "declared as `datetime`"),
        (10**400, float, "too large for a float"),
        ("\ud800", str, "surrogate"),
        (pl.DataFrame(), int, "declared as `int`, but a `polars.DataFrame` came"),
    ],
)
def test_values_of_another_type_are_refused(value: Any, annotation: Any, words: str) -> None:
    with pytest.raises(WrongType, match=words):
        encode_parameter(value, annotation)


@pytest.mark.parametrize(
    ("json", "annotation", "words"),
    [
        (2.5, int, "declared as `int`, but a `float` came"),
        ("2", int, "a `str` came"),
        (True, float, "a `bool` came"),
        ("yesterday", datetime, "ISO 8601"),
        (5, date, "a `int` came"),
        ("blue", Colour, "it is none of 'red', 'green'"),
        ({"a": "x"}, dict[str, int], r"at \['a'\]"),
        ("abc", list[str], "a `str` came"),
        (None, int, "a `None` came"),
    ],
)
def test_json_of_another_type_is_refused(json: Any, annotation: Any, words: str) -> None:
    with pytest.raises(WrongType, match=words):
        decode_parameter(json, annotation)


def test_an_error_names_whose_value_it_is_and_survives_pickling() -> None:
    with pytest.raises(WrongType, match="output 'score' of 'evaluate' is declared") as caught:
        encode_parameter("high", float, where="output 'score' of 'evaluate'")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def use(annotation: Any) -> ArtifactUse:
    found = classify(annotation)
    assert isinstance(found, ArtifactUse)
    return found


@pytest.mark.parametrize(
    ("producer", "consumer", "expected"),
    [
        (pl.DataFrame, pd.DataFrame, True),
        (pl.DataFrame, pathlib.Path, True),
        (Pipeline, Artifact, True),
        (pathlib.Path, pl.DataFrame, True),
        (pl.DataFrame, np.ndarray, False),
        (HTML, Metrics, False),
        (list[pl.DataFrame], list[pl.LazyFrame], True),
        (list[pl.DataFrame], pl.LazyFrame, False),
        (pl.DataFrame, list[pathlib.Path], False),
    ],
)
def test_equal_kinds_fit_each_other_and_paths_fit_all(producer: Any, consumer: Any, expected: bool) -> None:
    assert compatible(use(producer), use(consumer)) is expected


def test_classifying_imports_no_library() -> None:
    code = (
        "import sys\n"
        "from penstock.data import classify, HTML, JSON\n"
        "[classify(a) for a in (int, HTML, JSON, bytes)]\n"
        "heavy = {'polars', 'pandas', 'pyarrow', 'numpy', 'sklearn', 'duckdb', 'pydantic', 'fsspec', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
