"""How good a model is, from its evaluation: metrics with intervals, slices, fairness, what it goes by."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from penstock.platform.card.parts import Block, Figures, Notes, Prose, Section, Table

if TYPE_CHECKING:
    from penstock.evaluation import Estimate, Evaluation

Draw: TypeAlias = Callable[[tuple[str, ...]], dict[str, str]]

_MOST_SLICES = 60
_MOST_COLUMNS = 30
_HEADLINES = ("auc", "accuracy", "average_precision", "log_loss", "mae", "rmse", "r2", "skill")
_MOST_HEADLINES = 4
_OF_SECTION = {
    "Metrics": ("roc", "precision_recall", "calibration", "confusion", "thresholds", "predictions", "errors"),
    "Slices": ("slices",),
    "Explanations": ("importance", "explanations"),
}


def headline(evaluation: "Evaluation | None", tags: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The main numbers, and how sure they are; without an evaluation those that a gate left as tags."""
    from penstock.evaluation.estimates import shown
    from penstock.evaluation.text import words

    if evaluation is None:
        left = [(words(name), tags[f"metric.{name}"]) for name in _HEADLINES if f"metric.{name}" in tags]
        return {name: (value, "") for name, value in left[:_MOST_HEADLINES]}
    found: dict[str, tuple[str, str]] = {}
    for name in _HEADLINES:
        one = evaluation.metrics.get(name)
        if one is not None and one.value is not None and len(found) < _MOST_HEADLINES:
            interval = "" if one.low is None or one.high is None else f"{shown(one.low)} to {shown(one.high)}"
            found[words(name)] = (shown(one.value), interval)
    return found


def judged_sections(evaluation: "Evaluation | None") -> list[Section]:
    """All that an evaluation says; where there is none, one section that says so."""
    if evaluation is None:
        return [Section("Metrics", [Prose("No evaluation of this model is on record.")])]
    from penstock.evaluation.text import summary

    draw = _drawing(evaluation)
    metrics: list[Block] = [Prose(summary(evaluation)), _metrics(evaluation)]
    if evaluation.notes:
        metrics.append(Notes(evaluation.notes))
    metrics.append(_figures(draw, "Metrics"))
    return [
        Section("Metrics", metrics),
        Section("By horizon", _horizons(evaluation)),
        Section("Slices", [_slices(evaluation), _figures(draw, "Slices")] if evaluation.slices else []),
        Section("Fairness", _fairness(evaluation, draw)),
        Section("Explanations", _importance(evaluation, draw)),
    ]


def _metrics(evaluation: "Evaluation") -> Table:
    from penstock.evaluation.text import words

    others = list(evaluation.baselines)
    rows = [
        [words(name), str(one), *(_text(evaluation.baselines[other].get(name)) for other in others)]
        for name, one in evaluation.metrics.items()
    ]
    return Table(heads=["metric", "value", *others], rows=rows, numbers=frozenset(range(1, 2 + len(others))))


def _horizons(evaluation: "Evaluation") -> list[Block]:
    if not evaluation.horizons:
        return []
    names = list(evaluation.horizons[0].baselines)
    rows = [
        [one.horizon, f"{one.rows:,}", _text(one.metrics.get("mae")), *(_text(one.baselines.get(x)) for x in names)]
        for one in evaluation.horizons
    ]
    heads = ["steps ahead", "rows", "mean absolute error", *names]
    return [Table(heads=heads, rows=rows, numbers=frozenset(range(1, len(heads))))]


def _slices(evaluation: "Evaluation") -> Table:
    from penstock.evaluation.text import words

    names = [name for name in ("auc", "accuracy", "log_loss", "mae", "rmse") if name in evaluation.metrics][:3]
    rows = [
        [
            f"{one.column} = {one.value}",
            f"{one.rows:,}",
            *(_text(one.metrics.get(name)) for name in names),
            "few rows" if one.small else "worse" if one.worse else "",
        ]
        for one in evaluation.slices[:_MOST_SLICES]
    ]
    heads = ["slice", "rows", *map(words, names), ""]
    return Table(heads=heads, rows=rows, numbers=frozenset(range(1, 2 + len(names))))


def _fairness(evaluation: "Evaluation", draw: Draw) -> list[Block]:
    from penstock.evaluation.text import words

    blocks: list[Block] = []
    for one in evaluation.fairness:
        rates = list(dict.fromkeys(name for group in one.groups for name in group.rates))
        rows = [
            [group.value, f"{group.rows:,}", *(_text(group.rates.get(rate)) for rate in rates)] for group in one.groups
        ]
        heads = [one.attribute, "rows", *map(words, rates)]
        blocks.append(Table(heads=heads, rows=rows, numbers=frozenset(range(1, len(heads)))))
        gaps = [[words(name), str(gap)] for name, gap in one.gaps.items()]
        blocks.append(
            Table(heads=[f"gap between groups of {one.attribute}", "value"], rows=gaps, numbers=frozenset({1}))
        )
        if one.notes:
            blocks.append(Notes(one.notes))
    if evaluation.fairness:
        names = tuple(f"fairness_{one.attribute}" for one in evaluation.fairness)
        blocks.append(Figures(lambda: draw(names)))
    return blocks


def _importance(evaluation: "Evaluation", draw: Draw) -> list[Block]:
    of = evaluation.explanations
    if of is None:
        return []
    rows = [[one.column, str(one.increase)] for one in of.importance[:_MOST_COLUMNS]]
    heads = ["column", f"{of.loss} when it is shuffled"]
    return [Table(heads=heads, rows=rows, numbers=frozenset({1})), _figures(draw, "Explanations")]


def _figures(draw: Draw, section: str) -> Figures:
    return Figures(lambda: draw(_OF_SECTION[section]))


def _drawing(evaluation: "Evaluation") -> Draw:
    """What gives the figures of some names as SVG; all of them are drawn once, when the first is wanted."""
    figures = cache(lambda: evaluation.figures)

    def draw(names: tuple[str, ...]) -> dict[str, str]:
        from penstock.platform.card.drawing import svg_of

        return {name: svg_of(name, figures()[name]) for name in names if name in figures()}

    return draw


def _text(one: "Estimate | None") -> str:
    return "" if one is None else str(one)
