"""How far forecasts were off: as a whole, by window, and by how far ahead they looked."""

import math
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import polars as pl
from matplotlib.figure import Figure

from penstock.components.baselines import LAST, SEASONAL

_MOST_LINES = 12
_USUAL = (1, 2, 3, 4, 6, 8, 12, 24, 48, 168, 336, 672)
"""So many moments are put together, where there are many: hours make half a day, a day, a week."""
_STYLES = {
    "mae": ("model", "C0", "-"),
    f"mae_{LAST}": ("last value", "0.6", ":"),
    f"mae_{SEASONAL}": ("seasonal", "C1", "--"),
}
_NAMES = {"predicted": "model", LAST: "last value", SEASONAL: "seasonal"}


def summary(judged: pl.DataFrame, windows: pl.DataFrame) -> dict[str, float]:
    """The errors over all windows, and how the model's varies between them."""
    found = judged.select(_errors(judged)).row(0, named=True)
    spread = windows["mae"].std()
    found["mae_std"] = float(spread) if isinstance(spread, float) else 0.0
    return {name: float(value) for name, value in found.items() if value is not None and math.isfinite(value)}


def by_window(judged: pl.DataFrame, time: str) -> pl.DataFrame:
    """The errors of each window."""
    return (
        judged.group_by("window", maintain_order=True)
        .agg(
            pl.col(time).min().alias("from"),
            pl.col(time).max().alias("until"),
            pl.len().alias("rows"),
            *_errors(judged),
        )
        .sort("window")
    )


def by_horizon(judged: pl.DataFrame) -> pl.DataFrame:
    """The errors by how far ahead was looked."""
    return judged.group_by("ahead").agg(pl.len().alias("rows"), *_errors(judged)).sort("ahead")


def _errors(judged: pl.DataFrame) -> list[pl.Expr]:
    actual = pl.col("actual")
    off = pl.col("predicted") - actual
    naive = [name for name in (LAST, SEASONAL) if name in judged.columns]
    found = [
        off.abs().mean().alias("mae"),
        (off**2).mean().sqrt().alias("rmse"),
        off.mean().alias("bias"),
        (2 * off.abs() / (pl.col("predicted").abs() + actual.abs())).fill_nan(0.0).mean().alias("smape"),
    ]
    found += [(pl.col(name) - actual).abs().mean().alias(f"mae_{name}") for name in naive]
    best = pl.min_horizontal((pl.col(name) - actual).abs().mean() for name in naive)
    return [*found, (1 - off.abs().mean() / best).alias("skill")]


def grouped(horizons: pl.DataFrame) -> pl.DataFrame:
    """Neighbouring horizons put together until few are left, each weighing as much as it has rows."""
    size = -(-len(horizons) // _MOST_LINES)
    if isinstance(horizons["ahead"].max(), timedelta):
        size = max(one for one in _USUAL if one <= size) if size <= _USUAL[-1] else size
        size = size if -(-len(horizons) // size) <= _MOST_LINES else next((n for n in _USUAL if n > size), size)
    values = [name for name in horizons.columns if name.startswith("mae")]
    return (
        horizons.with_row_index("at")
        .group_by(pl.col("at") // size, maintain_order=True)
        .agg(
            pl.col("ahead").first().alias("from"),
            pl.col("ahead").last(),
            *[
                (pl.col(name) * pl.col("rows")).sum() / pl.col("rows").filter(pl.col(name).is_not_null()).sum()
                for name in values
            ],
            pl.col("rows").sum(),
        )
        .drop("at")
    )


def backtest_report(metrics: dict[str, float], windows: pl.DataFrame, horizons: pl.DataFrame, target: str) -> str:
    """The errors as a page in Markdown."""
    naive = [name for name in (LAST, SEASONAL) if f"mae_{name}" in metrics]
    skill = metrics.get("skill", math.nan)
    better = "better" if skill > 0 else "no better"
    counted = f"{len(windows)} windows, {windows['rows'].sum():,} forecasts."
    varies = f"The model's error varies between windows by a standard deviation of {metrics['mae_std']:.3g};"
    lines = [
        f"# Backtest of '{target}'",
        "",
        f"{counted} The model is {better} than the best naive forecast: its skill is {skill:.1%}.",
        "",
        "| mean absolute error | all windows |",
        "|---|--:|",
        f"| model | {metrics['mae']:.4g} |",
        *(f"| {_NAMES[name]} | {metrics[f'mae_{name}']:.4g} |" for name in naive),
        "",
        f"{varies} its bias is {metrics['bias']:+.3g}.",
        "",
        "## By how far ahead",
        "",
        *_table("ahead", grouped(horizons), naive),
        "",
        "## By window",
        "",
        *_table("until", windows, naive),
    ]
    return "\n".join(lines) + "\n"


def _table(by: str, rows: pl.DataFrame, naive: list[str]) -> Iterable[str]:
    yield f"| {by} | rows | model | {' | '.join(_NAMES[name] for name in naive)} |"
    yield "|---|--:|--:|" + "--:|" * len(naive)
    for row in rows.iter_rows(named=True):
        values = " | ".join(_shown(row[f"mae_{name}"]) for name in naive)
        span = length(row[by])
        if by == "ahead" and row["from"] != row[by]:
            span = f"{length(row['from'])} to {span}"
        yield f"| {span} | {row['rows']:,} | {_shown(row['mae'])} | {values} |"


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def length(value: Any) -> str:
    """A length of time in few words; anything else as it is."""
    if not isinstance(value, timedelta):
        return str(value)
    hours = value.total_seconds() / 3600
    if hours >= 48 and hours % 24 == 0:
        return f"{hours / 24:g} d"
    return f"{hours:g} h" if hours >= 1 else f"{hours * 60:g} min"


def draw_horizons(horizons: pl.DataFrame, target: str) -> Figure:
    """The mean absolute error by how far ahead was looked, of the model and of the naive forecasts."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    several = len(horizons) > _MOST_LINES
    shown = grouped(horizons) if several else horizons
    ahead, unit = shown["ahead"], "steps"
    if isinstance(ahead.dtype, pl.Duration):
        days = ahead.dt.total_days().max() > 3  # type: ignore[operator]
        unit = "days" if days else "hours"
        ahead = ahead.dt.total_seconds(fractional=True) / (86_400 if days else 3_600)
    for column, (label, colour, style) in _STYLES.items():
        if column in shown.columns:
            axes.plot(ahead, shown[column], label=label, color=colour, linestyle=style, marker=".")
    over = ", mean over the time before" if several else ""
    axes.set(xlabel=f"{unit} ahead{over}", ylabel=f"mean absolute error of {target}", ylim=(0, None))
    axes.legend()
    axes.spines[["top", "right"]].set_visible(False)
    return figure
