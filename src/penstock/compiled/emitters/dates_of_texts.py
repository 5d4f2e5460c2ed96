"""ISO texts as moments: the grammar by a regular expression, the digits by their places."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from penstock.compiled.emitters.characters import NOTHING, split, with_a_row, without_the_row
from penstock.compiled.graph import ML, Graph, Part
from penstock.compiled.integers import Integers

GRAMMAR = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
"""As in `penstock.features.calendar`."""
_WIDTH = 32
"""The longest text that fits."""
_DAY = 86_400_000_000
Calendar = Callable[..., Any]


def dates_of_texts(
    column: Part, unparsed: str, days_from_civil: Calendar, civil: Calendar, graph: Graph
) -> tuple[Integers, str, str]:
    """Microseconds of texts, where they have an offset, and where there is no moment."""
    missing = graph.is_missing(column)
    fits = graph.add("RegexFullMatch", column.tensor, pattern=GRAMMAR)
    kept = graph.add("Where", fits, column.tensor, graph.constant([["1970-01-01"]], object))
    digits, marks = _read(kept, graph)
    after = graph.add("CumSum", marks, graph.constant(1, np.int64))
    before = graph.equal_to(after, 0)
    shown = graph.add("Mul", digits, graph.cast(before, "int64"))

    def number(places: Sequence[int]) -> Integers:
        weights = np.zeros(_WIDTH, dtype=np.int64)
        weights[list(places)] = 10 ** np.arange(len(places))[::-1]
        weighted = graph.add("Mul", shown, graph.constant([weights], np.int64))
        return Integers(graph.add("ReduceSum", weighted, graph.constant([1], np.int64), keepdims=1), graph)

    year, month, day = number(range(4)), number((5, 6)), number((8, 9))
    hour, minute, second, fraction = number((11, 12)), number((14, 15)), number((17, 18)), number(range(20, 26))
    days = days_from_civil(year, month, day)
    offset, hours, minutes = _offset(digits, marks, kept, graph)
    wrong = [back.differs(given) for back, given in zip(civil(days), (year, month, day), strict=True)]
    limits = [(hour, 24), (minute, 60), (second, 60), (hours, 24), (minutes, 60)]
    wrong += [graph.at_least(value.tensor, limit) for value, limit in limits]
    wrong += [graph.add("Not", fits), graph.add("Not", graph.at_least(year.tensor, 1))]
    broken = wrong[0]
    for each in wrong[1:]:
        broken = graph.add("Or", broken, each)
    if unparsed == "error":
        graph.refuse(graph.add("And", broken, graph.add("Not", missing)))
    gone = graph.add("Or", broken, missing)
    seconds = hour * 3600 + minute * 60 + second
    values = days * _DAY + seconds * 1_000_000 + fraction - offset
    safe = graph.add("Where", gone, graph.constant([[0]], np.int64), values.tensor)
    aware = graph.cast(graph.row_max(marks), "bool")
    return Integers(safe, graph), graph.add("And", aware, graph.add("Not", gone)), gone


def _read(texts: str, graph: Graph) -> tuple[str, str]:
    """The digit at each place, 0 where there is none, and 1 where an offset begins; `[rows, 32]`."""
    filler = graph.constant([[" " * _WIDTH]], object)
    filled = graph.add("StringConcat", with_a_row(texts, graph), filler)
    characters = without_the_row(split(filled, graph), graph)
    start, end, axis = (graph.constant([value], np.int64) for value in (0, _WIDTH, 1))
    first = graph.add("Slice", characters, start, end, axis)
    codes = graph.add(
        "LabelEncoder",
        first,
        domain=ML,
        keys_strings=[*"0123456789", *"Z+-", NOTHING],
        values_int64s=[*range(10), 10, 11, 12, 0],
        default_int64=0,
    )
    late = graph.constant([np.arange(_WIDTH) >= 16], np.int64)
    mark = graph.add("Mul", graph.cast(graph.at_least(codes, 10), "int64"), late)
    is_digit = graph.add("Not", graph.at_least(codes, 10))
    return graph.add("Mul", codes, graph.cast(is_digit, "int64")), mark


def _offset(digits: str, marks: str, texts: str, graph: Graph) -> tuple[Integers, Integers, Integers]:
    """The distance to UTC in microseconds, and its hours and minutes; 0 where there is none."""
    at = Integers(graph.add("ArgMax", marks, axis=1, keepdims=1), graph)
    some = Integers(graph.row_max(marks), graph)
    wide = graph.add("Concat", digits, graph.add("Mul", digits, graph.constant([[0]], np.int64)), axis=1)

    def digit(distance: int) -> Integers:
        return Integers(graph.add("GatherElements", wide, (at + distance).tensor, axis=1), graph) * some

    hours, minutes = digit(1) * 10 + digit(2), digit(4) * 10 + digit(5)
    negative = graph.add("RegexFullMatch", texts, pattern=r".{16,}-[0-9]{2}:[0-9]{2}")
    sign = Integers(graph.cast(negative, "int64"), graph) * -2 + 1
    return sign * (hours * 60 + minutes) * 60_000_000, hours, minutes
