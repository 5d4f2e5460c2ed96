"""A confusion matrix and a ROC curve, drawn from the metadata that Kubeflow, too, draws them from."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from penstock.platform.report.markup import Markup, join, tag
from penstock.platform.report.words import number, one_line, shorten

CLASSIFICATION = "system.ClassificationMetrics"
MOST_CLASSES = 20
MOST_POINTS = 400
_SIDE = 240


def draw_classification(metadata: Mapping[str, Any]) -> Markup | None:
    """What there is of the two; None if the metadata has neither."""
    drawn = [
        part for part in (_matrix(metadata.get("confusionMatrix")), _curve(metadata.get("confidenceMetrics"))) if part
    ]
    return tag("div", *drawn, class_="curves") if drawn else None


def _matrix(data: Any) -> Markup | None:
    """Rows are true classes, columns predicted ones."""
    data = data.get("struct", data) if isinstance(data, dict) else None
    if not data:
        return None
    labels = [str(spec.get("displayName", "")) for spec in data.get("annotationSpecs", [])]
    rows = [_numbers(row.get("row", [])) if isinstance(row, dict) else _numbers(row) for row in data.get("rows", [])]
    if not labels or len(labels) > MOST_CLASSES or len(rows) != len(labels):
        return None
    largest = max((value for row in rows for value in row), default=0) or 1
    head = tag("tr", tag("th", "true ↓  predicted →", class_="corner"), *(_label(label) for label in labels))
    body = [
        tag("tr", _label(label), *(_matrix_cell(value, value / largest) for value in row))
        for label, row in zip(labels, rows, strict=True)
    ]
    return tag("table", tag("thead", head), tag("tbody", *body), class_="matrix")


def _label(label: str) -> Markup:
    return tag("th", shorten(one_line(label), 24), title=label)


def _matrix_cell(value: float, share: float) -> Markup:
    style = f"--share:{100 * share:.0f}%"
    return tag("td", number(value), style=style, class_="dense" if share > 0.55 else None)


def _curve(data: Any) -> Markup | None:
    data = data.get("list", data) if isinstance(data, dict) else data
    if not isinstance(data, list):
        return None
    points = sorted(
        (float(point["falsePositiveRate"]), float(point["recall"]))
        for point in data
        if isinstance(point, dict) and _is_number(point.get("falsePositiveRate")) and _is_number(point.get("recall"))
    )
    if len(points) < 2:
        return None
    area = sum((bx - ax) * (ay + by) / 2 for (ax, ay), (bx, by) in pairwise(points))
    shown = points[:: max(1, len(points) // MOST_POINTS)] + points[-1:]
    path = " ".join(f"{40 + x * _SIDE:.1f},{10 + (1 - y) * _SIDE:.1f}" for x, y in shown)
    return tag(
        "figure",
        tag("svg", *_grid(), tag("polyline", points=path, class_="curve"), viewBox=f"0 0 {_SIDE + 60} {_SIDE + 50}"),
        tag("figcaption", f"ROC curve, area {area:.4f}"),
        class_="roc",
    )


def _grid() -> list[Markup]:
    ticks = [0, 0.25, 0.5, 0.75, 1]
    x0, y0 = 40, 10 + _SIDE
    lines = [tag("line", x1=x0, x2=x0 + _SIDE, y1=y0 - t * _SIDE, y2=y0 - t * _SIDE, class_="grid") for t in ticks]
    lines += [tag("line", x1=x0 + t * _SIDE, x2=x0 + t * _SIDE, y1=10, y2=y0, class_="grid") for t in ticks]
    lines.append(tag("line", x1=x0, y1=y0, x2=x0 + _SIDE, y2=10, class_="chance"))
    words = [tag("text", f"{t:g}", x=x0 + t * _SIDE, y=y0 + 16, text_anchor="middle") for t in ticks]
    words += [tag("text", f"{t:g}", x=x0 - 6, y=y0 - t * _SIDE + 4, text_anchor="end") for t in ticks]
    words.append(tag("text", "false positive rate", x=x0 + _SIDE / 2, y=y0 + 34, text_anchor="middle"))
    return [join(lines), tag("g", *words, class_="ticks")]


def _numbers(row: Any) -> list[float]:
    return [value for value in row if _is_number(value)] if isinstance(row, list) else []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
