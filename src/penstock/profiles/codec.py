"""Profiles as JSON text and back, sketches as base64 of their bytes; the same profile is the same text."""

import json
import math
from base64 import b64decode, b64encode
from datetime import date, datetime
from typing import Any

import numpy as np

from penstock.core.json import Json
from penstock.profiles.column import ColumnProfile
from penstock.profiles.distinct import Distinct
from penstock.profiles.distribution import Distribution
from penstock.profiles.errors import NotAProfile
from penstock.profiles.frequencies import Frequencies
from penstock.profiles.links import Links, Tie
from penstock.profiles.moments import Moments
from penstock.profiles.table import Profile

FORMAT = "penstock.profile"
VERSION = 1


def written(profile: Profile) -> str:
    """The profile as JSON text."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "rows": profile.rows,
        "target": profile.target,
        "columns": [_column(column) for column in profile.columns.values()],
        "links": _links(profile.links),
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def read(text: str | bytes) -> Profile:
    """The profile that `written` made this text of."""
    try:
        held = json.loads(text)
    except ValueError as error:
        raise NotAProfile(reason=f"it is no JSON ({error})") from error
    if not isinstance(held, dict) or held.get("format") != FORMAT:
        raise NotAProfile(reason=f'it has no "format": "{FORMAT}"')
    if held.get("version") != VERSION:
        raise NotAProfile(reason=f"its version is {held.get('version')}, and {VERSION} is known here")
    try:
        columns = [_read_column(column) for column in held["columns"]]
        return Profile(
            rows=held["rows"],
            columns={column.name: column for column in columns},
            target=held["target"],
            links=_read_links(held["links"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotAProfile(reason=f"a part of it is missing or wrong ({type(error).__name__}: {error})") from error


def plain(value: Any) -> Json:
    """A value of a column as JSON: dates and times in ISO 8601, floats that JSON has not as texts."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value  # type: ignore[no-any-return]


def _column(column: ColumnProfile) -> dict[str, Json]:
    moments = column.moments
    return {
        "name": column.name,
        "type": column.type,
        "zone": column.zone,
        "rows": column.rows,
        "missing": column.missing,
        "nan": column.nan,
        "infinite": [column.below, column.above],
        "moments": [moments.n, plain(moments.mean), plain(moments.squares)],
        "whole": list(column.whole) if column.whole else None,
        "distribution": _distribution(column.distribution),
        "frequencies": _frequencies(column.frequencies),
        "lengths": _distribution(column.lengths),
    }


def _read_column(held: dict[str, Any]) -> ColumnProfile:
    n, mean, squares = held["moments"]
    return ColumnProfile(
        name=held["name"],
        type=held["type"],
        zone=held["zone"],
        rows=held["rows"],
        missing=held["missing"],
        nan=held["nan"],
        below=held["infinite"][0],
        above=held["infinite"][1],
        moments=Moments(n, float(mean), float(squares)),
        whole=(held["whole"][0], held["whole"][1]) if held["whole"] else None,
        distribution=_read_distribution(held["distribution"]),
        frequencies=_read_frequencies(held["frequencies"]),
        lengths=_read_distribution(held["lengths"]),
    )


def _distribution(seen: Distribution | None) -> Json:
    if seen is None:
        return None
    held: dict[str, Json] = {"n": seen.n, "low": seen.low, "high": seen.high}
    if seen.distinct_values is None:
        return held | {"values": _floats(seen.values), "counts": _bytes(seen.counts.astype("<i8"))}
    return held | {
        "levels": [_floats(level) for level in seen.levels],
        "distinct": _bytes(seen.distinct_values.registers),
    }


def _read_distribution(held: Any) -> Distribution | None:
    if held is None:
        return None
    seen = Distribution()
    seen.n, seen.low, seen.high = held["n"], float(held["low"]), float(held["high"])
    if "levels" in held:
        seen.levels = [_read_floats(level) for level in held["levels"]]
        seen.distinct_values = _read_distinct(held["distinct"])
    else:
        seen.values = _read_floats(held["values"])
        seen.counts = np.frombuffer(b64decode(held["counts"]), dtype="<i8").astype(np.int64)
    return seen


def _frequencies(seen: Frequencies | None) -> Json:
    if seen is None:
        return None
    # a lone surrogate, which no JSON text can have, is shown as it would be in Python
    counts = seen.top(len(seen.counts))
    top: list[Json] = [[text.encode("utf-8", "backslashreplace").decode(), count] for text, count in counts]
    distinct = None if seen.distinct_values is None else _bytes(seen.distinct_values.registers)
    return {"counts": top, "missed": seen.missed, "distinct": distinct}


def _read_frequencies(held: Any) -> Frequencies | None:
    if held is None:
        return None
    seen = Frequencies()
    seen.counts, seen.missed = dict(held["counts"]), held["missed"]
    seen.distinct_values = None if held["distinct"] is None else _read_distinct(held["distinct"])
    return seen


def _links(links: Links) -> Json:
    names = sorted({name for pair in links.correlations for name in pair})
    place = {name: index for index, name in enumerate(names)}
    pairs: list[Json] = [
        [place[first], place[second], tie.strength, tie.rows]
        for (first, second), tie in sorted(links.correlations.items())
    ]
    return {
        "rows": links.rows,
        "names": list(names),
        "correlations": pairs,
        "twins": [list(group) for group in links.twins],
        "target": {name: [tie.strength, tie.rows] for name, tie in links.target.items()},
    }


def _read_links(held: dict[str, Any]) -> Links:
    names = held["names"]
    return Links(
        rows=held["rows"],
        correlations={(names[i], names[j]): Tie(strength, rows) for i, j, strength, rows in held["correlations"]},
        twins=held["twins"],
        target={name: Tie(strength, rows) for name, (strength, rows) in held["target"].items()},
    )


def _floats(values: Any) -> str:
    """Four bytes each if no value loses by that, else eight; which one is told by the first letter."""
    with np.errstate(over="ignore"):
        short = values.astype("<f4")
    if np.array_equal(short.astype(np.float64), values):
        return "f" + _bytes(short)
    return "d" + _bytes(values.astype("<f8"))


def _read_floats(text: str) -> Any:
    kind = {"f": "<f4", "d": "<f8"}[text[:1]]
    return np.frombuffer(b64decode(text[1:], validate=True), dtype=kind).astype(np.float64)


def _bytes(values: Any) -> str:
    return b64encode(values.tobytes()).decode()


def _read_distinct(text: str) -> Distinct:
    registers = np.frombuffer(b64decode(text, validate=True), dtype=np.uint8).copy()
    if len(registers) != len(Distinct().registers):
        raise ValueError(f"{len(registers)} registers")
    return Distinct(registers)
