"""Words for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.platform.report.words import condition, duration, number, one_line, shorten, size, value


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (0, "0ms"),
        (0.0123, "12ms"),
        (0.0996, "0.1s"),
        (1.24, "1.2s"),
        (59.94, "59.9s"),
        (59.96, "1m 00s"),
        (65, "1m 05s"),
        (3599.6, "1h 00m"),
        (7380, "2h 03m"),
        (86400 * 3 + 3600 * 4, "3d 04h"),
    ],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(-1, ""), (0, "0 B"), (999, "999 B"), (1234, "1.23 kB"), (999_600, "1 MB"), (3 * 10**13, "30 TB")],
)
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text


@given(st.integers(min_value=0, max_value=10**20))
def test_a_size_is_never_longer_than_a_column(count: int) -> None:
    assert len(size(count)) <= 15


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0.912345, "0.91234"), (41234, "41,234"), (3.0, "3"), (1e-7, "1e-07"), (float("nan"), "nan"), (1e20, "1e+20")],
)
def test_numbers(amount: float, text: str) -> None:
    assert number(amount) == text


def test_control_characters_are_shown_and_not_obeyed() -> None:
    assert one_line("a\x1b[31mb\nc\td\r") == "a�[31mb⏎c d"
    assert one_line("👩\u200d🚒 ok") == "👩\u200d🚒 ok"


def test_values_are_json_on_one_line() -> None:
    assert value({"a": ["é", None]}) == '{"a": ["é", null]}'
    assert value("x" * 100, 10) == '"xxxxxxxx…'
    assert shorten("abc", 3) == "abc"


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("inputs.parameter_values['pipelinechannel--flip-coin-Output'] == 'heads'", "flip-coin-Output == 'heads'"),
        ("int(inputs.parameter_values['pipelinechannel--n']) > 5", "n > 5"),
        ('!(inputs.parameter_values["a"] == true)', "!(a == true)"),
    ],
)
def test_conditions_are_read_without_their_machinery(expression: str, text: str) -> None:
    assert condition(expression) == text
