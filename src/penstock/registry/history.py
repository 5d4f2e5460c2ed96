"""What the log of promotions says: where an alias was at a time, and what it goes back to. Pure functions of it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from msgspec import Struct

from penstock.metadata.registry import Promotion


class Span(Struct, frozen=True, kw_only=True):
    """For how long an alias was at a version."""

    alias: str
    version: int
    promotion: Promotion
    """The line that put it there."""
    since: datetime
    until: datetime | None = None
    """None: it still is."""


def spans(log: Iterable[Promotion]) -> list[Span]:
    """Every stay of every alias at a version, in the order in which they began."""
    found: list[Span] = []
    open_at: dict[str, int] = {}
    for line in log:
        index = open_at.pop(line.alias, None)
        if index is not None:
            begun = found[index]
            found[index] = Span(
                alias=begun.alias,
                version=begun.version,
                promotion=begun.promotion,
                since=begun.since,
                until=max(line.at, begun.since),  # clocks of two machines may disagree; the log's order does not
            )
        if line.after is not None:
            open_at[line.alias] = len(found)
            found.append(Span(alias=line.alias, version=line.after, promotion=line, since=line.at))
    return found


def standing(log: Iterable[Promotion], since: datetime, until: datetime) -> list[Span]:
    """The stays that fall, at least in part, between two moments; at one moment if they are the same."""
    return [span for span in spans(log) if span.since <= until and (span.until is None or span.until > since)]


def bounds(on: date | datetime, zone: tzinfo | None = None) -> tuple[datetime, datetime]:
    """From when to when a date goes, in `zone` or that of this machine; a moment goes from itself to itself."""
    if isinstance(on, datetime):
        moment = on if on.tzinfo else _in_zone(on, zone)
        return moment, moment
    begin = _in_zone(datetime.combine(on, time()), zone)
    end = _in_zone(datetime.combine(on + timedelta(days=1), time()), zone)
    return begin, end - timedelta(microseconds=1)


def earlier(log: Sequence[Promotion]) -> Iterator[int]:
    """What an alias can go back to, the nearest first: where it was before, without what was rolled back already.

    Args:
        log: All lines of one alias.
    """
    stack: list[int | None] = [None]
    for line in log:
        if line.kind == "rollback":
            _unwind(stack, line.after)
        elif line.after != stack[-1]:
            stack.append(line.after)
    present = stack.pop()
    while stack:
        version = stack.pop()
        if version is not None and version != present:
            yield version


def _unwind(stack: list[int | None], to: int | None) -> None:
    kept = list(stack)
    while kept and (len(kept) == len(stack) or kept[-1] != to):
        kept.pop()
    stack[:] = kept or [*stack, to]


def _in_zone(moment: datetime, zone: tzinfo | None) -> datetime:
    return moment.replace(tzinfo=zone) if zone else moment.astimezone()
