"""Metrics that were logged by step, as curves: one picture for each metric, one line for each task."""

import math
from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct

from penstock.metadata.records import Execution
from penstock.metadata.store import MetadataStore
from penstock.platform.report.logged import LoggedByTask, Point, history_of, logged_by
from penstock.platform.report.markup import Markup, join, tag
from penstock.platform.report.words import number, one_line, shorten

MOST_PICTURES = 24
MOST_LINES = 8
MOST_READ = 100_000
"""Points of one line that are looked at."""
MOST_DRAWN = 300
_WIDTH, _HEIGHT, _LEFT, _TOP = 420.0, 200.0, 58.0, 12.0


class _Curve(Struct, frozen=True):
    """One metric of one task."""

    path: str
    points: list[tuple[float, float]]
    """Step and value; values that are not finite are left out."""


def draw_histories(store: MetadataStore, executions: Sequence[Execution]) -> Markup | None:
    """The curves of a run; None where nothing was logged more than once."""
    tasks = [one for one in logged_by(store, executions) if one.metrics]
    names = list(dict.fromkeys(name for one in tasks for name in one.metrics))
    pictures = []
    for name in names:
        curves = _curves(store, [one for one in tasks if name in one.metrics], name)
        if curves:
            pictures.append(_picture(name, curves))
        if len(pictures) == MOST_PICTURES:
            break
    return tag("div", *pictures, class_="histories") if pictures else None


def _curves(store: MetadataStore, tasks: Sequence[LoggedByTask], name: str) -> list[_Curve]:
    curves = []
    for task in tasks[: 4 * MOST_LINES]:
        points = _drawable(history_of(store, task.ident, name, MOST_READ))
        if len(points) > 1:
            curves.append(_Curve(one_line(task.path), points))
        if len(curves) == MOST_LINES:
            break
    return curves


def _drawable(history: Sequence[Point]) -> list[tuple[float, float]]:
    """Of each step the last value; where all are of one step, they are numbered in the order of their times."""
    finite = [point for point in history if math.isfinite(point.value)]
    if len({point.step for point in finite}) > 1:
        points = [(float(step), list(same)[-1].value) for step, same in groupby(finite, key=lambda point: point.step)]
    else:
        points = [(float(index), point.value) for index, point in enumerate(finite)]
    return _thinned(points)


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Not more than can be seen: of each stretch the lowest and the highest, so that no peak is lost."""
    if len(points) <= MOST_DRAWN:
        return points
    stretch = math.ceil(2 * len(points) / MOST_DRAWN)
    kept = [points[0]]
    for start in range(0, len(points), stretch):
        part = points[start : start + stretch]
        kept += sorted({min(part, key=_value), max(part, key=_value)})
    return [*kept, points[-1]]


def _value(point: tuple[float, float]) -> float:
    return point[1]


def _picture(name: str, curves: Sequence[_Curve]) -> Markup:
    xs = [x for curve in curves for x, _ in curve.points]
    ys = [y for curve in curves for _, y in curve.points]
    across, up = _Axis(min(xs), max(xs)), _Axis(min(ys), max(ys))
    lines = [_line(curve, index, across, up) for index, curve in enumerate(curves)]
    key = [tag("span", tag("i", class_=f"line-{index}"), shorten(curve.path, 40)) for index, curve in enumerate(curves)]
    box = f"0 0 {_LEFT + _WIDTH + 16:.0f} {_TOP + _HEIGHT + 26:.0f}"
    label = f"{one_line(name)} by step"
    return tag(
        "figure",
        tag("figcaption", tag("b", shorten(one_line(name), 60)), *key),
        tag("svg", *_grid(across, up), *lines, viewBox=box, role="img", aria_label=label),
        class_="history",
    )


class _Axis:
    """From a range of numbers to shares of a length. Differences may be too large for a float, so halves are taken."""

    def __init__(self, low: float, high: float) -> None:
        self.low = low
        self.high = high
        self._half = high / 2 - low / 2

    def share(self, value: float) -> float:
        return (value / 2 - self.low / 2) / self._half if self._half else 0.5

    @property
    def ticks(self) -> list[float]:
        """The ends, and the middle."""
        return [self.low, self.low / 2 + self.high / 2, self.high] if self._half else [self.low]


def _line(curve: _Curve, index: int, across: _Axis, up: _Axis) -> Markup:
    spots = " ".join(f"{_x(across.share(x)):.1f},{_y(up.share(y)):.1f}" for x, y in curve.points)
    first, last = curve.points[0], curve.points[-1]
    title = f"{curve.path}: {number(first[1])} → {number(last[1])}"
    return tag("polyline", tag("title", title), points=spots, class_=f"curve line-{index}")


def _grid(across: _Axis, up: _Axis) -> list[Markup]:
    x0, y0 = _LEFT, _TOP + _HEIGHT
    lines = [tag("line", x1=x0, x2=x0 + _WIDTH, y1=_y(s), y2=_y(s), class_="grid") for s in map(up.share, up.ticks)]
    words = [tag("text", _tick(t), x=x0 - 6, y=_y(up.share(t)) + 4, text_anchor="end") for t in up.ticks]
    anchors = ("start", "middle", "end") if len(across.ticks) > 1 else ("middle",)
    for anchor, tick in zip(anchors, across.ticks, strict=True):
        words.append(tag("text", _tick(tick), x=_x(across.share(tick)), y=y0 + 18, text_anchor=anchor))
    return [join(lines), tag("g", *words, class_="ticks")]


def _tick(value: float) -> str:
    return number(value) if value.is_integer() and abs(value) < 1e6 else f"{value:.3g}"


def _x(share: float) -> float:
    return round(_LEFT + share * _WIDTH, 1)


def _y(share: float) -> float:
    return round(_TOP + (1 - share) * _HEIGHT, 1)
