"""What a person should look at in a profile: columns that say nothing, too much, or the same as another."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from penstock.profiles.column import ColumnProfile
from penstock.profiles.links import varies

if TYPE_CHECKING:
    from penstock.profiles.table import Profile

_MOSTLY_MISSING = 0.5
_OFTEN_MISSING = 0.05
_ONE_VALUE = 0.95
_MANY = 1000
_FEW = 50
_NEARLY_ALL = 0.95
_SKEWED = 10.0
_ALIKE = 0.95
_LOOKS = 0.9
_DATE = re.compile(r"\s*\d{4}[-/.]\d\d?[-/.]\d\d?([T ]\d\d?:\d\d.*)?\s*|\s*\d\d?[-/.]\d\d?[-/.]\d{4}\s*")
_NUMBER = re.compile(r"\s*[-+]?(\d[\d,' ]*)?[.,]?\d+([eE][-+]?\d+)?\s*%?\s*")


@dataclass(frozen=True)
class Finding:
    """Something that a person should know of one or more columns."""

    kind: str
    """In a word or two, e.g. `constant`: the same for the same thing in every column."""
    severity: Literal["warning", "note"]
    columns: tuple[str, ...]
    text: str
    """The whole of it in words."""


def findings(profile: "Profile") -> list[Finding]:
    """What is remarkable, column by column in the order of the table, then of pairs of columns."""
    if not profile.rows:
        return [Finding("no rows", "warning", (), "the table has no rows")]
    found = [finding for column in profile.columns.values() for check in _CHECKS for finding in check(column)]
    return [*found, *_twins(profile), *_correlated(profile), *_telling(profile)]


def _missing(column: ColumnProfile) -> Iterator[Finding]:
    gone = (column.missing + column.nan) / column.rows
    if gone == 1:
        yield Finding("all missing", "warning", (column.name,), "every value is missing")
    elif gone >= _MOSTLY_MISSING:
        yield Finding("mostly missing", "warning", (column.name,), f"{min(gone, 0.999):.1%} of the values are missing")
    elif gone >= _OFTEN_MISSING:
        yield Finding("missing", "note", (column.name,), f"{min(gone, 0.999):.1%} of the values are missing")


def _infinite(column: ColumnProfile) -> Iterator[Finding]:
    if column.infinite:
        text = f"{column.infinite:,} values are infinite; they are left out of the statistics"
        yield Finding("infinite", "warning", (column.name,), text)


def _constant(column: ColumnProfile) -> Iterator[Finding]:
    if column.kind == "other" or not column.count:
        return
    top = column.top(1)
    if not varies(column):
        shown = f": {_short(top[0].value)}" if top else ""
        yield Finding("constant", "warning", (column.name,), f"all values are the same{shown}")
    elif top and column.kind != "boolean" and column.distinct > 1 and top[0].count >= _ONE_VALUE * column.count:
        text = f"{top[0].count / column.count:.1%} of the values are {_short(top[0].value)}"
        yield Finding("mostly one value", "note", (column.name,), text)


def _many(column: ColumnProfile) -> Iterator[Finding]:
    unique = column.distinct >= _NEARLY_ALL * column.count and column.distinct > _FEW
    if unique and (column.kind == "text" or column.type == "integer"):
        yield Finding("unique", "note", (column.name,), "nearly every value is different: an identifier, or free text")
    elif column.kind == "text" and column.distinct > _MANY:
        yield Finding("many values", "note", (column.name,), f"about {column.distinct:,} different texts")


def _skewed(column: ColumnProfile) -> Iterator[Finding]:
    if column.kind != "number" or column.distinct < 20 or column.distribution is None:
        return
    low, middle, high = (float(value) for value in column.distribution.quantiles([0.01, 0.5, 0.99]))
    left, right = middle - low, high - middle
    if max(left, right) > _SKEWED * min(left, right):
        where = "high" if right > left else "low"
        yield Finding(
            "skewed", "note", (column.name,), f"a long tail of {where} values; think of a logarithm or of ranks"
        )


def _disguised(column: ColumnProfile) -> Iterator[Finding]:
    """Texts that are something else: nothing, numbers, dates."""
    if column.kind != "text" or column.lengths is None or column.frequencies is None:
        return
    if column.lengths.low == 0:
        empty = column.lengths.cdf(0) * column.lengths.n
        yield Finding(
            "empty texts", "note", (column.name,), f"{empty:,.0f} texts are empty, and do not count as missing"
        )
    seen = column.frequencies.top(200)
    total = sum(count for _, count in seen)
    for kind, pattern in (("dates", _DATE), ("numbers", _NUMBER)):
        if total and sum(count for text, count in seen if pattern.fullmatch(text)) >= _LOOKS * total:
            yield Finding(f"{kind} as text", "note", (column.name,), f"the texts look like {kind}")
            return


def _twins(profile: "Profile") -> Iterator[Finding]:
    for group in profile.links.twins:
        first, *others = group
        for other in others:
            yield Finding("duplicate", "warning", (other, first), f"the same as '{first}' in every sampled row")


def _correlated(profile: "Profile") -> Iterator[Finding]:
    twins = {frozenset((one, other)) for group in profile.links.twins for one in group for other in group}
    for pair, tie in profile.links.correlations.items():
        if abs(tie.strength) >= _ALIKE and profile.target not in pair and frozenset(pair) not in twins:
            text = f"rank correlation {tie.strength:.2f}: '{pair[0]}' and '{pair[1]}' say nearly the same"
            yield Finding("correlated", "note", pair, text)


def _telling(profile: "Profile") -> Iterator[Finding]:
    for name, tie in profile.links.target.items():
        if tie.strength >= _ALIKE:
            text = f"tells the target '{profile.target}' almost exactly ({tie.strength:.2f}): is it known beforehand?"
            yield Finding("tells the target", "warning", (name,), text)


def _short(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"


_CHECKS: tuple[Callable[[ColumnProfile], Iterator[Finding]], ...] = (
    _missing,
    _infinite,
    _constant,
    _many,
    _skewed,
    _disguised,
)
