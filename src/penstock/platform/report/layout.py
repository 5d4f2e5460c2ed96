"""Where to draw the nodes and edges of a graph: in layers, each node after those it depends on.

The usual four steps: layers by the longest path; points where long edges pass a layer; an order within the
layers with few crossings (each node at the mean of its neighbours, swept to and fro); then coordinates.
Everything is worked out for layers that go from left to right; from top to bottom is the same, turned.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

from msgspec import Struct, field

from penstock.platform.report.order import layers

LAYER_GAP = 44.0
LAYER_GAP_DOWN = 28.0
"""Between layers that lie below each other: nodes are wider than high."""
NODE_GAP = 18.0
POINT_SIZE = 6.0
SWEEPS = 8

Size = tuple[float, float]
Point = tuple[float, float]


class Layout(Struct, frozen=True):
    """Positions (of upper left corners), edges (from, to, the points on their way), and the size of it all."""

    width: float
    height: float
    nodes: dict[str, Point] = field(default_factory=dict)
    edges: list[tuple[str, str, list[Point]]] = field(default_factory=list)
    downwards: bool = False


class _Item:
    """A node, or a point where an edge passes a layer."""

    def __init__(self, along: float, across: float) -> None:
        self.along = along
        self.across = across
        self.before: list[_Item] = []
        self.after: list[_Item] = []
        self.place = 0.0
        """The middle, across the layers."""
        self.start = 0.0
        """The beginning, along the layers."""


def lay_out(sizes: Mapping[str, Size], upstream: Mapping[str, Sequence[str]], *, downwards: bool = False) -> Layout:
    """Lay out a graph without cycles.

    Args:
        sizes: Width and height of each node.
        upstream: For each node those that it depends on.
        downwards: From top to bottom instead of from left to right.
    """
    if not sizes:
        return Layout(0, 0)
    items = {name: _Item(*(size[::-1] if downwards else size)) for name, size in sizes.items()}
    columns, chains = _columns(items, {name: [s for s in upstream[name] if s in sizes] for name in sizes})
    _reduce_crossings(columns)
    _assign_places(columns)
    length = _assign_starts(columns, LAYER_GAP_DOWN if downwards else LAYER_GAP)
    breadth = max(item.place + item.across / 2 for column in columns for item in column)

    def turned(along: float, across: float) -> Point:
        return (across, along) if downwards else (along, across)

    nodes = {name: turned(item.start, item.place - item.across / 2) for name, item in items.items()}
    edges = [
        (source, target, [turned(*point) for point in _way(items[source], points, items[target])])
        for (source, target), points in chains.items()
    ]
    return Layout(*turned(length, breadth), nodes, edges, downwards)


def _columns(
    items: dict[str, _Item], upstream: Mapping[str, Sequence[str]]
) -> tuple[list[list[_Item]], dict[tuple[str, str], list[_Item]]]:
    """The layers, with the points where edges pass; and for each edge its points."""
    depth = _pull_sources(layers(upstream), upstream)
    columns: list[list[_Item]] = [[] for _ in range(max(depth.values()) + 1)]
    for name, item in items.items():
        columns[depth[name]].append(item)
    chains: dict[tuple[str, str], list[_Item]] = {}
    for name, sources in upstream.items():
        for source in dict.fromkeys(sources):
            points = [_Item(0, POINT_SIZE) for _ in range(depth[source] + 1, depth[name])]
            for offset, point in enumerate(points):
                columns[depth[source] + 1 + offset].append(point)
            chains[source, name] = points
            way = [items[source], *points, items[name]]
            for first, second in pairwise(way):
                first.after.append(second)
                second.before.append(first)
    return columns, chains


def _pull_sources(depth: dict[str, int], upstream: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Put what depends on nothing right before what needs it."""
    nearest: dict[str, int] = {}
    for name, sources in upstream.items():
        for source in sources:
            nearest[source] = min(nearest.get(source, depth[name]), depth[name])
    return {name: nearest[name] - 1 if not upstream[name] and name in nearest else at for name, at in depth.items()}


def _reduce_crossings(columns: list[list[_Item]]) -> None:
    for column in columns:
        for index, item in enumerate(column):
            item.place = float(index)
    best, fewest = [list(column) for column in columns], _crossings(columns)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for column in columns if forward else columns[::-1]:
            means = {id(item): _mean(item.before if forward else item.after, item.place) for item in column}
            column.sort(key=lambda item: means[id(item)])
            for index, item in enumerate(column):
                item.place = float(index)
        crossings = _crossings(columns)
        if crossings < fewest:
            best, fewest = [list(column) for column in columns], crossings
    for column, order in zip(columns, best, strict=True):
        column[:] = order


def _crossings(columns: list[list[_Item]]) -> int:
    count = 0
    for column in columns:
        rank = {id(item): index for index, item in enumerate(column)}
        ends = [(rank[id(item)], other.place) for item in column for other in item.after]
        ends.sort()
        count += sum(low[0] < high[0] and low[1] > high[1] for low, high in combinations(ends, 2))
    return count


def _mean(others: Sequence[_Item], default: float) -> float:
    return sum(other.place for other in others) / len(others) if others else default


def _assign_places(columns: list[list[_Item]]) -> None:
    """Coordinates across: packed first, then drawn towards the neighbours without overlapping."""
    for column in columns:
        edge = 0.0
        for item in column:
            item.place = edge + item.across / 2
            edge += item.across + NODE_GAP
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for column in columns if forward else columns[::-1]:
            wishes = [_mean(item.before if forward else item.after, item.place) for item in column]
            _settle(column, wishes)
    top = min(item.place - item.across / 2 for column in columns for item in column)
    for column in columns:
        for item in column:
            item.place -= top


def _settle(column: list[_Item], wishes: Sequence[float]) -> None:
    """Give each item the place nearest to its wish that keeps the order and the distances: blocks share the mean."""
    blocks: list[tuple[float, list[int]]] = []
    offsets = [0.0]
    for first, second in pairwise(column):
        offsets.append(offsets[-1] + (first.across + second.across) / 2 + NODE_GAP)
    for index, wish in enumerate(wishes):
        block = (wish - offsets[index], [index])
        while blocks and blocks[-1][0] > block[0]:
            mean, members = blocks.pop()
            joined = members + block[1]
            block = ((mean * len(members) + block[0] * len(block[1])) / len(joined), joined)
        blocks.append(block)
    for base, members in blocks:
        for index in members:
            column[index].place = base + offsets[index]


def _assign_starts(columns: list[list[_Item]], gap: float) -> float:
    """Coordinates along; returns the whole length."""
    edge = 0.0
    for column in columns:
        thickness = max(item.along for item in column)
        for item in column:
            item.along = item.along or thickness  # an edge goes straight through a layer
            item.start = edge + (thickness - item.along) / 2
        edge += thickness + gap
    return edge - gap


def _way(source: _Item, points: Sequence[_Item], target: _Item) -> list[Point]:
    """The points of an edge, from border to border."""
    middle = [(at, point.place) for point in points for at in (point.start, point.start + point.along)]
    return [(source.start + source.along, source.place), *middle, (target.start, target.place)]
