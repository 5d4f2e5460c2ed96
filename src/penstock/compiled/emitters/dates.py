"""Dates: their parts in the arithmetic of integers, as `penstock.features.calendar` has it, operation by operation."""

from functools import cache
from typing import Any

import numpy as np

from penstock.compiled.emitters.dates_of_texts import dates_of_texts
from penstock.compiled.emitters.registry import emits
from penstock.compiled.graph import Block, CannotCompile, Graph, Part
from penstock.compiled.integers import Integers
from penstock.compiled.moments import GONE

DAY = 86_400_000_000
_FIRST, _LAST = "1900-01-02", "2200-01-01"
"""Between these the offsets of a time zone are known to the graph; rows with other dates are refused."""


@emits("penstock.DateParts")
def date_parts(dates: Any, block: Block, graph: Graph) -> Block:
    parts = []
    beginning = int(np.datetime64(_naive(dates.since), "us").astype(np.int64)) if "elapsed" in dates.parts else 0
    for values, shown, gone in _moments(dates, block, graph):
        for part in dates.parts:
            if part == "elapsed":
                passed = graph.cast((values - beginning).tensor, "double")
                made = graph.add("Div", passed, graph.constant([[float(DAY)]]))
            else:
                made = graph.cast(part_of(shown, part).tensor, "double")
            parts.append(_where_there(gone, made, graph))
    return Block(tuple(parts))


@emits("penstock.CyclicDateParts")
def cyclic_date_parts(dates: Any, block: Block, graph: Graph) -> Block:
    from importlib import import_module

    home = import_module(type(dates).__module__)  # the tables of sines are its own
    parts = []
    for _, shown, gone in _moments(dates, block, graph):
        for part in dates.parts:
            place = part_of(shown, part) - home.PERIODS[part][0]
            for curve in home.circle(part):
                made = graph.add("Gather", graph.constant(curve), place.tensor)
                parts.append(_where_there(gone, made, graph))
    return Block(tuple(parts))


def part_of(moment: Integers, part: str) -> Integers:
    """A part (not `elapsed`) of moments."""
    days = moment // DAY
    if part in {"hour", "minute", "second"}:
        seconds = moment % DAY // 1_000_000
        return {"hour": seconds // 3600, "minute": seconds // 60 % 60, "second": seconds % 60}[part]
    if part == "weekday":
        return (days + 3) % 7
    year, month, day = civil(days)
    if part == "dayofyear":
        return days - days_from_civil(year, month * 0 + 1, day * 0 + 1) + 1
    return {"year": year, "quarter": (month + 2) // 3, "month": month, "day": day}[part]


def civil(days: Integers) -> tuple[Integers, Integers, Integers]:
    """Year, month and day of the days since 1970."""
    shifted = days + 719_468
    era, of_era = shifted // 146_097, shifted % 146_097
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (year_of_era * 365 + year_of_era // 4 - year_of_era // 100)
    shifted_month = (of_year * 5 + 2) // 153
    day = of_year - (shifted_month * 153 + 2) // 5 + 1
    month = shifted_month + 3 - shifted_month.at_least(10) * 12
    return year_of_era + era * 400 + 1 - month.at_least(3), month, day


def days_from_civil(year: Integers, month: Integers, day: Integers) -> Integers:
    """The days since 1970."""
    late = month.at_least(3)
    shifted = year + late - 1
    era, of_era = shifted // 400, shifted % 400
    of_year = ((month + 9 - late * 12) * 153 + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def _moments(dates: Any, block: Block, graph: Graph) -> list[tuple[Integers, Integers, str]]:
    """Of each column the moments, what the clock shows then, and where they are missing."""
    found = []
    for column in graph.columns(block):
        if column.type == "string":
            values, aware, gone = dates_of_texts(column, dates.unparsed, days_from_civil, civil, graph)
        elif column.type == "time":
            raw, aware = column.tensor, "always" if column.raw is not None and column.raw.aware else ""
            gone = graph.add("Equal", raw, graph.constant([[GONE]], np.int64))
            values = Integers(graph.add("Where", gone, graph.constant([[0]], np.int64), raw), graph)
        else:
            raise CannotCompile("a column of numbers holds no dates")
        shown = _local(values, aware, dates.timezone, graph) if dates.timezone and aware else values
        found.append((values, shown, gone))
    return found


def _local(values: Integers, aware: str, zone: str, graph: Graph) -> Integers:
    """What a clock shows: the offset of the last change before the instant is added."""
    instants, offsets = offsets_of(zone)
    first, last = (int(np.datetime64(day, "us").astype(np.int64)) for day in (_FIRST, _LAST))
    outside = graph.add(
        "Or", graph.add("Not", graph.at_least(values.tensor, first)), graph.at_least(values.tensor, last)
    )
    reached = graph.cast(graph.add("GreaterOrEqual", values.tensor, graph.constant([instants], np.int64)), "int64")
    count = graph.add("ReduceSum", reached, graph.constant([1], np.int64), keepdims=1)
    offset = Integers(graph.add("Gather", graph.constant(offsets, np.int64), count), graph)
    if aware == "always":
        graph.refuse(outside)
        return values + offset
    graph.refuse(graph.add("And", outside, aware))
    return values + offset * Integers(graph.cast(aware, "int64"), graph)


@cache
def offsets_of(zone: str) -> tuple[list[int], list[int]]:
    """When the clocks of a zone change, and their offset before the first change and after each, in microseconds."""
    import pandas as pd

    def offset(micros: Any) -> Any:
        there = pd.DatetimeIndex(micros.view("datetime64[us]")).tz_localize("UTC").tz_convert(zone).tz_localize(None)
        return there.to_numpy().astype("datetime64[us]").view(np.int64) - micros

    quarter_day = DAY // 4  # no zone changed its clocks twice within one
    start, end = (int(np.datetime64(day, "us").astype(np.int64)) - DAY for day in (_FIRST, _LAST))
    grid = np.arange(start, end + 2 * DAY, quarter_day)
    found = offset(grid)
    at = np.flatnonzero(found[1:] != found[:-1])
    low, high = grid[at], grid[at + 1]
    while len(at) and (high - low).max() > 1:
        middle = (low + high) // 2
        same = offset(middle) == found[at]
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return high.tolist(), [int(found[0]), *found[at + 1].tolist()]


def _where_there(gone: str, made: str, graph: Graph) -> Part:
    return Part(tensor=graph.add("Where", gone, graph.constant([[np.nan]]), made), type="double")


def _naive(text: str) -> str:
    """An ISO text in UTC without offset, as NumPy reads it."""
    import datetime as dt

    moment = dt.datetime.fromisoformat(text)
    return (moment.astimezone(dt.UTC) if moment.tzinfo else moment).replace(tzinfo=None).isoformat()
