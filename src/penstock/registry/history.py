"""What the log of promotions says: where an alias was at a time, and what it goes back to. Pure functions of it."""

from collections.abc import Iterable
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


def earlier(log: Iterable[Promotion]) -> list[int]:
    """What an alias can go back to, the nearest first: where it was before, without what was rolled back already.

    A version that was rolled back and then promoted again counts again.

    Args:
        log: All lines of one alias, oldest first.
    """
    order: list[int] = []  # where it was, each version once, at the place of its last promotion
    present: int | None = None
    for line in log:
        present = line.after
        if present is None:
            continue
        if line.kind == "rollback" and present in order:
            del order[order.index(present) + 1 :]
        else:
            order = [version for version in order if version != present] + [present]
    return [version for version in reversed(order) if version != present]


def _in_zone(moment: datetime, zone: tzinfo | None) -> datetime:
    return moment.replace(tzinfo=zone) if zone else moment.astimezone()
