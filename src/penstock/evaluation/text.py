"""An evaluation as Markdown: for model cards, reviews and pull requests."""

from collections.abc import Sequence

from penstock.evaluation.estimates import METRICS, Estimate
from penstock.evaluation.result import Evaluation

_MOST_SLICES = 40
_MOST_COLUMNS = 15


def render_markdown(evaluation: Evaluation, title: str = "") -> str:
    """Headings, tables and notes."""
    parts = [f"# {title or heading(evaluation)}", summary(evaluation)]
    parts += ["## Metrics", metrics_table(evaluation)]
    if evaluation.horizons:
        parts += ["## By horizon", horizons_table(evaluation)]
    if evaluation.slices:
        parts += ["## Slices", slices_table(evaluation)]
    for fairness in evaluation.fairness:
        gaps = [[words(name), str(gap)] for name, gap in fairness.gaps.items()]
        parts += [f"## Fairness: {fairness.attribute}", table(["gap between groups", "value"], gaps)]
        parts += [f"- {note}" for note in fairness.notes]
    if evaluation.explanations is not None:
        of = evaluation.explanations
        rows = [[one.column, str(one.increase)] for one in of.importance[:_MOST_COLUMNS]]
        parts += ["## Importance of columns", table(["column", f"{of.loss} when it is shuffled"], rows)]
    if evaluation.notes:
        parts += ["## Notes", "\n".join(f"- {note}" for note in evaluation.notes)]
    return "\n\n".join(part for part in parts if part) + "\n"


def heading(evaluation: Evaluation) -> str:
    """What was judged."""
    return f"Evaluation: {evaluation.target}"


def summary(evaluation: Evaluation) -> str:
    """One sentence of what was judged by what."""
    kind = {"binary": "two classes", "multiclass": f"{len(evaluation.classes)} classes", "regression": "a number"}
    what = kind.get(evaluation.task, "forecasts")
    text = f"{what.capitalize()}, judged by {evaluation.rows:,} rows"
    if evaluation.positive is not None:
        text += f"; positive is {evaluation.positive!r}"
    if evaluation.threshold is not None:
        text += f", from a score of {evaluation.threshold:g} on"
    if evaluation.resamples:
        text += f". Intervals: {evaluation.confidence:.0%}, {evaluation.resamples:,} resamples"
    return f"{text}."


def words(name: str) -> str:
    """The title of a metric or gap."""
    return METRICS[name].title if name in METRICS else name.replace("_", " ").capitalize()


def metrics_table(evaluation: Evaluation) -> str:
    """Each metric with its interval, and what is reached without a model."""
    others = list(evaluation.baselines)
    rows = [
        [words(name), str(one), *(_baseline(evaluation.baselines[other], name) for other in others)]
        for name, one in evaluation.metrics.items()
    ]
    return table(["metric", "value", *others], rows)


def _baseline(values: dict[str, Estimate], name: str) -> str:
    return str(values[name]) if name in values else ""


def slices_table(evaluation: Evaluation) -> str:
    """The main metrics of each slice."""
    shown = [name for name in ("auc", "accuracy", "log_loss", "mae", "rmse") if name in evaluation.metrics][:3]
    rows = [
        [
            f"{one.column} = {one.value}",
            f"{one.rows:,}",
            *(str(one.metrics[name]) if name in one.metrics else "" for name in shown),
            "few rows" if one.small else "worse" if one.worse else "",
        ]
        for one in evaluation.slices[:_MOST_SLICES]
    ]
    return table(["slice", "rows", *map(words, shown), ""], rows)


def horizons_table(evaluation: Evaluation) -> str:
    """The error of each horizon, beside those of naive forecasts."""
    names = list(evaluation.horizons[0].baselines)
    rows = [
        [one.horizon, f"{one.rows:,}", str(one.metrics["mae"]), *(str(one.baselines[name]) for name in names)]
        for one in evaluation.horizons
    ]
    return table(["steps ahead", "rows", words("mae"), *names], rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    if not rows:
        return ""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
