"""A graph as text, as `git log --graph` draws one: a row a node, and rails that lead to what depends on it."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

MOST_NODES = 300
MOST_RAILS = 12


class Row(Struct, frozen=True):
    """One line of the drawing: a node with the rails beside it, or only rails that branch and join."""

    before: str
    """What stands left of the node; of a row without one, all of it."""
    node: str | None = None
    after: str = ""
    """What stands right of the node."""
    below: str = ""
    """Rails as they go on under the node: what is inside it is drawn right of these."""


def draw(upstream: Mapping[str, Sequence[str]]) -> list[Row] | None:
    """Rows from sources to sinks; edges that other edges imply are left out.

    Args:
        upstream: For each node those that it depends on; no cycles.

    Returns:
        The rows, or None if there are too many nodes or rails for a picture to help.
    """
    if len(upstream) > MOST_NODES:
        return None
    followers = _followers(upstream)
    rails: list[str | None] = []
    rows: list[Row] = []
    for name in _order(upstream, followers, rails):
        column = rails.index(name)
        before, after = _bars(rails[:column]), _bars(rails[column + 1 :])
        joins = _leave(rails, column, followers[name])
        rows.append(Row(before, name, after, before + ("│ " if followers[name] else "  ") + after))
        rows += joins
        if len(rails) > MOST_RAILS:
            return None
    return rows


def _order(
    upstream: Mapping[str, Sequence[str]], followers: Mapping[str, list[str]], rails: list[str | None]
) -> Iterator[str]:
    """Nodes, each after those it depends on; first those that a rail leads to, the leftmost first."""
    waiting = {name: sum(name in followers[source] for source in set(upstream[name])) for name in upstream}
    while waiting:
        ready = [name for name in waiting if waiting[name] == 0]
        ready.sort(key=lambda name: rails.index(name) if name in rails else len(rails))
        name = ready[0]
        del waiting[name]
        if name not in rails:
            _place(rails, name, 0)
        yield name
        for follower in followers[name]:
            waiting[follower] -= 1


def _leave(rails: list[str | None], column: int, followers: list[str]) -> list[Row]:
    """Let the rails at `column` lead on to `followers`; the row that shows it, if it is not just straight on."""
    rails[column] = None
    joined = {rails.index(name) for name in followers if name in rails}
    opened = [_place(rails, name, column) for name in followers if name not in rails]
    straight = column in opened
    targets = joined | set(opened) - {column}
    row = [Row(_joint(rails, column, joined, targets, straight=straight))] if targets else []
    while rails and rails[-1] is None:
        rails.pop()
    return row


def _place(rails: list[str | None], name: str, start: int) -> int:
    """Give `name` the first free rail from `start` on."""
    for index in range(start, len(rails)):
        if rails[index] is None:
            rails[index] = name
            return index
    rails.append(name)
    return len(rails) - 1


def _joint(rails: list[str | None], column: int, joined: set[int], targets: set[int], *, straight: bool) -> str:
    low, high = min(column, *targets), max(column, *targets)
    text = ""
    for index in range(len(rails)):
        inside = low <= index <= high
        if index == column:
            sides = (low < column, high > column)
            signs = {(True, True): "┼┴", (True, False): "┤╯", (False, True): "├╰", (False, False): "│ "}[sides]
            text += signs[0] if straight else signs[1]
        elif index in targets:
            text += _end(index, column, last=index in (low, high), joins=index in joined)
        else:
            text += "│" if rails[index] is not None else "─" if inside else " "
        text += "─" if low <= index < high else " "
    return text.rstrip()


def _end(index: int, column: int, *, last: bool, joins: bool) -> str:
    if not last:
        return "┼" if joins else "┬"
    if index > column:
        return "┤" if joins else "╮"
    return "├" if joins else "╭"


def _bars(rails: Sequence[str | None]) -> str:
    return "".join("  " if name is None else "│ " for name in rails)


def _followers(upstream: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """For each node those that depend on it directly and not also through another."""
    above: dict[str, set[str]] = {}

    def ancestors(name: str) -> set[str]:
        if name not in above:
            above[name] = set()
            for source in upstream[name]:
                above[name] |= {source} | ancestors(source)
        return above[name]

    followers: dict[str, list[str]] = {name: [] for name in upstream}
    for name in upstream:
        for source in dict.fromkeys(upstream[name]):
            if not any(source in ancestors(other) for other in upstream[name] if other != source):
                followers[source].append(name)
    return followers
