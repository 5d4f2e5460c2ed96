"""Sizes and signals in words."""

import pytest

from penstock.executors.wording import bytes_in_words, signal_in_words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (200_000_000, "200.0 MB"), (2_040_000_000, "2.04 GB"), (-5, "-5 B")],
)
def test_a_size_has_a_unit_that_suits_it(count: int, words: str) -> None:
    assert bytes_in_words(count) == words


def test_a_size_beyond_all_measure_is_still_said() -> None:
    assert bytes_in_words(5 * 10**15) == "5000.00 TB"


def test_a_signal_without_a_name_keeps_its_number() -> None:
    assert signal_in_words(15).startswith("signal 15 (SIGTERM")
    assert signal_in_words(99) == "signal 99"
