"""Metrics of several folds as one: their mean, how they spread, and how sure the mean is."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Spread:
    """One metric over the folds that it could be computed for."""

    mean: float
    std: float
    """Of the folds, not of the mean; 0 for a single one."""
    low: float
    """The 95 % interval of the mean. Folds share most of their training rows, so that their values are not independent:
    the variance is corrected for that (Nadeau and Bengio, "Inference for the Generalization Error", 2003)."""
    high: float
    least: float
    most: float
    count: int


def spreads(folds: Sequence[Mapping[str, float]], *, share: float) -> dict[str, Spread]:
    """The spread of each metric; what is no number in a fold is left out there.

    Args:
        folds: The metrics of each.
        share: The rows that a fold is judged by, divided by those that it learns from.
    """
    names = dict.fromkeys(name for fold in folds for name in fold)
    found = {}
    for name in names:
        values = [float(fold[name]) for fold in folds if name in fold and math.isfinite(fold[name])]
        if values:
            found[name] = _spread(values, share)
    return found


def _spread(values: list[float], share: float) -> Spread:
    mean = statistics.fmean(values)
    std = statistics.stdev(values) if len(values) > 1 else 0.0
    half = math.inf
    if len(values) > 1:
        from scipy.stats import t

        half = float(t.ppf(0.975, len(values) - 1)) * std * math.sqrt(1 / len(values) + share)
    return Spread(
        mean=mean,
        std=std,
        low=mean - half,
        high=mean + half,
        least=min(values),
        most=max(values),
        count=len(values),
    )


def spread_report(found: Mapping[str, Spread], sizes: Sequence[int]) -> str:
    """The spreads as a table in Markdown."""
    lines = [
        "# Cross-validation",
        "",
        f"{len(sizes)} folds of {_from_to(sizes)} rows, each judged by a model that had not seen them.",
        "",
        "| metric | mean | std | 95 % interval of the mean | least | most |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, one in found.items():
        interval = f"{one.low:.4g} – {one.high:.4g}" if math.isfinite(one.low) else "one fold only"
        lines.append(f"| {name} | {one.mean:.4g} | {one.std:.3g} | {interval} | {one.least:.4g} | {one.most:.4g} |")
    partial = [f"`{name}` ({one.count})" for name, one in found.items() if one.count < len(sizes)]
    if partial:
        lines += ["", f"Not defined in every fold, and taken from those where it is: {', '.join(partial)}."]
    return "\n".join(lines) + "\n"


def _from_to(sizes: Sequence[int]) -> str:
    least, most = min(sizes), max(sizes)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"
