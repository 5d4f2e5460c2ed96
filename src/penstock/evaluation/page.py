"""An evaluation as one page: numbers first, then what is behind them. It needs nothing from elsewhere."""

import io
import re
import warnings
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from penstock.core.json import Json
from penstock.evaluation.estimates import Estimate, shown
from penstock.evaluation.figures.style import FAINT, GRID, INK
from penstock.evaluation.page_style import STYLE
from penstock.evaluation.parts import Fairness
from penstock.evaluation.result import Evaluation
from penstock.evaluation.text import heading, summary, words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEADLINES = {
    "binary": ("auc", "average_precision", "accuracy", "log_loss"),
    "multiclass": ("accuracy", "balanced_accuracy", "log_loss", "auc"),
    "regression": ("mae", "rmse", "r2", "absolute_bias"),
    "forecasting": ("mae", "skill", "rmse", "r2"),
}
_MOST_SLICES = 200
_MOST_COLUMNS = 12

_THEME = {INK: "var(--ink)", FAINT: "var(--faint)", GRID: "var(--grid)"}


def render_page(evaluation: Evaluation, title: str = "") -> str:
    """The page as HTML."""
    title = title or heading(evaluation)
    figures = {name: _svg(name, figure) for name, figure in evaluation.figures.items()}
    body = [
        f"<h1>{escape(title)}</h1><p class='faint'>{escape(summary(evaluation))}</p>",
        _notes(evaluation.notes),
        _cards(evaluation),
        _section("Metrics", _metrics(evaluation)),
        _section("What the model does", _grid(figures, _OVERVIEW)),
        _section("By horizon", _grid(figures, ("horizons",)) + _horizons(evaluation)),
        _section("Slices", _grid(figures, ("slices",)) + _slices(evaluation)),
        *(_fairness(one, figures.get(f"fairness_{one.attribute}", "")) for one in evaluation.fairness),
        _section("What the model goes by", _grid(figures, ("importance", "explanations")) + _method(evaluation)),
        _section("Rows that it is most wrong about", _worst(evaluation)),
    ]
    text = "\n".join(part for part in body if part)
    return (
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{escape(title)}</title>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<style>{STYLE}</style></head>\n<body><main>\n{text}\n</main></body></html>\n"
    )


_OVERVIEW = ("roc", "precision_recall", "calibration", "confusion", "thresholds", "predictions", "errors")
_WIDE = ("horizons", "slices", "explanations")


def render_summary(evaluation: Evaluation) -> str:
    """The numbers alone, for a notebook."""
    return f"<p>{escape(summary(evaluation))}</p>{_metrics(evaluation)}"


def _section(title: str, content: str) -> str:
    return f"<h2>{escape(title)}</h2>\n{content}" if content else ""


def _notes(notes: Sequence[str]) -> str:
    return "<ul class='notes'>" + "".join(f"<li>{escape(note)}</li>" for note in notes) + "</ul>" if notes else ""


def _cards(evaluation: Evaluation) -> str:
    cards = []
    for name in _HEADLINES[evaluation.task]:
        one = evaluation.metrics.get(name)
        if one is not None and one.value is not None:
            interval = "" if one.low is None or one.high is None else f"{shown(one.low)} to {shown(one.high)}"
            cards.append(_card(words(name), one, interval or "&nbsp;"))
    gap = evaluation.fairness_gap
    if gap is not None:
        interval = "" if gap.low is None or gap.high is None else f"{shown(gap.low)} to {shown(gap.high)}"
        cards.append(_card("Widest fairness gap", gap, interval))
    return f"<div class='cards'>{''.join(cards)}</div>" if cards else ""


def _card(title: str, one: Estimate, interval: str) -> str:
    return f"<div class='card'>{escape(title)}<b>{shown(one.value)}</b><small>{interval}</small></div>"


def _estimate(one: Estimate | None) -> str:
    if one is None:
        return ""
    if one.low is None or one.high is None:
        return shown(one.value)
    return f"{shown(one.value)} <span class='interval'>{shown(one.low)} to {shown(one.high)}</span>"


def _table(heads: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]) -> str:
    """A table; each row has a class and its cells, which are HTML."""
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    lines = [
        f"<tr class='{kind}'>" + "".join(_cell(cell, place) for place, cell in enumerate(cells)) + "</tr>"
        for kind, cells in rows
    ]
    return f"<div class='table'><table><tr>{head}</tr>{''.join(lines)}</table></div>" if lines else ""


def _cell(html: str, place: int) -> str:
    if html.startswith("<code>"):
        return f"<td class='values'>{html}</td>"
    return f"<td class='number'>{html}</td>" if place else f"<td>{html}</td>"


def _metrics(evaluation: Evaluation) -> str:
    others = list(evaluation.baselines)
    rows = [
        ("", [escape(words(name)), _estimate(one), *(_estimate(evaluation.baselines[x].get(name)) for x in others)])
        for name, one in evaluation.metrics.items()
    ]
    return _table(["metric", "model", *others], rows)


def _slices(evaluation: Evaluation) -> str:
    names = [name for name in ("auc", "accuracy", "log_loss", "f1", "mae", "rmse") if name in evaluation.metrics][:3]
    rows = []
    for one in evaluation.slices[:_MOST_SLICES]:
        kind, said = ("small", "few rows") if one.small else ("bad", "worse") if one.worse else ("", "")
        cells = [f"{escape(one.column)} = {escape(one.value)}", f"{one.rows:,}"]
        rows.append((kind, [*cells, *(_estimate(one.metrics.get(name)) for name in names), said]))
    table = _table(["slice", "rows", *map(words, names), ""], rows)
    if not table:
        return ""
    text = "“Worse” is said where the main metric is surely worse than of all rows, the number of slices considered."
    if "auc" in names:
        text += (
            " Within a slice, the AUC counts only the order of its own rows: it is often lower by a column that"
            " predicts much."
        )
    return f"{table}<p class='faint'>{text}</p>"


def _horizons(evaluation: Evaluation) -> str:
    if not evaluation.horizons:
        return ""
    names = list(evaluation.horizons[0].baselines)
    rows = [
        (
            "",
            [
                escape(one.horizon),
                f"{one.rows:,}",
                _estimate(one.metrics["mae"]),
                *map(_estimate, one.baselines.values()),
            ],
        )
        for one in evaluation.horizons
    ]
    return _table(["steps ahead", "rows", words("mae"), *names], rows)


def _fairness(fairness: Fairness, figure: str) -> str:
    gaps = _table(
        ["gap between groups", ""], [("", [escape(words(k)), _estimate(v)]) for k, v in fairness.gaps.items()]
    )
    picture = f"<div class='figures'>{figure}</div>" if figure else ""
    return _section(f"Fairness: {fairness.attribute}", picture + _notes(fairness.notes) + gaps)


def _method(evaluation: Evaluation) -> str:
    of = evaluation.explanations
    if of is None:
        return ""
    text = (
        f"Importance: how much the {of.loss} of {of.rows:,} rows grows when a column is shuffled; columns that say the"
        f" same share it. Single rows: {of.method}, which add up to the {of.of}; blue-green raises it,"
        " orange lowers it."
    )
    return f"<p class='faint'>{escape(text)}</p>"


def _worst(evaluation: Evaluation) -> str:
    rows = [
        ("", [str(one.row), _value(one.truth), _value(one.predicted), shown(one.loss), _values(one.values)])
        for one in evaluation.worst
    ]
    return _table(["row", "true", "predicted", "loss", "inputs"], rows)


def _value(value: Json) -> str:
    return shown(value) if isinstance(value, float) else escape(str(value))


def _values(values: dict[str, Json]) -> str:
    shown_values = list(values.items())[:_MOST_COLUMNS]
    more = ", …" if len(values) > _MOST_COLUMNS else ""
    return "<code>" + escape(", ".join(f"{name}={value}" for name, value in shown_values) + more) + "</code>"


def _grid(figures: dict[str, str], names: Iterable[str]) -> str:
    found = [figures[name] for name in names if name in figures]
    return f"<div class='figures'>{''.join(found)}</div>" if found else ""


def _svg(name: str, figure: "Figure") -> str:
    """The figure as SVG in the page, with its texts as texts and its colours from the page's theme."""
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)  # the browser has it
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    for colour, variable in _THEME.items():
        text = text.replace(colour, variable)
    text = re.sub(r'\bid="', f'id="{_id(name)}-', text)
    text = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{_id(name)}-", text)
    text = re.sub(
        r'width="([\d.]+)pt"', lambda width: f'style="max-width: {float(width[1]) * 1.5:.0f}px"', text, count=1
    )
    kind = " class='wide'" if name in _WIDE or name.startswith("fairness_") else ""
    return f"<figure{kind} aria-label='{escape(name, quote=True)}'>{text}</figure>"


def _id(name: str) -> str:
    return re.sub(r"\W", "-", name, flags=re.ASCII)
