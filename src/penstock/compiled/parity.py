"""The parity gate: the original and the graph, asked the same, on real rows and on hard ones."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

import numpy as np

from penstock.compiled.columns import Columns, RawColumn, absent, as_moments, describe, feed, raw_columns
from penstock.compiled.hard_rows import hard_rows
from penstock.compiled.model import CompiledModel, Predictions

R = TypeVar("R")
REAL_ROWS = 5_000
"""At most so many of the rows given are compared, evenly picked; fewer, if they have many features."""
_CELLS = 1 << 24
"""So many features of all rows are in memory at once."""


@dataclass(frozen=True, kw_only=True)
class ParityReport:
    """How the two compare.

    The error of a score is its distance from the original's, divided by the original's size where that is above 1.
    """

    passed: bool
    tolerance: float
    real_rows: int
    hard_rows: int
    """Made: missing values, unseen and odd texts, extremes, and both sides of jumps in the original's answer."""
    refused_rows: int
    """Of these, refused by both."""
    worst_error: float
    """Infinite where only one of the two has a number."""
    wrong_labels: int
    wrong_refusals: int
    """Rows that one refuses and the other does not."""
    boundary: str
    """How near to the jumps it was looked: 1 ulp, or less near where a function is not exact to the last bit."""
    worst_row: dict[str, Any] | None = None
    """The row that differs most; None if none differs."""
    worst_kind: str | None = None
    """What is special about that row, e.g. `missing in 'age'`."""

    def verdict(self) -> str:
        """One sentence with the figures."""
        rows = self.real_rows + self.hard_rows
        text = (
            f"of {rows} rows, {self.wrong_labels} get another label and {self.wrong_refusals} are refused by one side"
            f" only; the largest error of a score is {self.worst_error:.2g}, where {self.tolerance:.2g} is allowed"
        )
        return text if self.worst_row is None else f"{text}; worst ({self.worst_kind}): {self.worst_row}"

    def figures(self) -> dict[str, Any]:
        """What is kept with the model: all but the row, which is data."""
        return {key: value for key, value in asdict(self).items() if key != "worst_row"}


def check_parity(model: Any, compiled: CompiledModel, rows: Any, *, tolerance: float = 1e-5) -> ParityReport:
    """Ask both models the same, and compare.

    Compared are labels, which must be identical; probabilities, decision functions or numbers, which may be off by
    `tolerance`; and which rows are refused.

    Args:
        model: The original: anything with the `predict` of scikit-learn that takes a pandas DataFrame.
        compiled: What was made of it.
        rows: Real raw rows. Hard ones are made from them, and compared too.
        tolerance: See `ParityReport`.

    Returns:
        The figures. It has passed only if nothing differs by more than is allowed.
    """
    from threadpoolctl import threadpool_limits  # a part of scikit-learn

    with threadpool_limits(limits=1):  # for a few rows at a time, threads only wait for each other
        return _check(model, compiled, raw_columns(rows), tolerance)


def _check(model: Any, compiled: CompiledModel, columns: Columns, tolerance: float) -> ParityReport:
    described = _as_compiled(columns, compiled)
    count = len(next(iter(columns.values())))
    most = max(64, min(REAL_ROWS, 8 * _at_once(compiled)))
    chosen = np.unique(np.linspace(0, count - 1, min(count, most)).astype(int))
    real = {c.name: columns[c.name][chosen] for c in described}
    gap = 1e-9 if compiled.about.get("approximate") else 0.0
    hard, kinds = hard_rows(real, described, lambda made: _first_score(model, frame_of(made, described)), gap)
    found = [
        _compare(model, compiled, real, described, ["a real row"] * len(chosen)),
        _compare(model, compiled, hard, described, kinds),
    ]
    worst = max(found, key=lambda part: part.severity)
    wrong = sum(part.wrong_labels for part in found), sum(part.wrong_refusals for part in found)
    error = max(part.worst_error for part in found)
    return ParityReport(
        passed=error <= tolerance and wrong == (0, 0),
        tolerance=tolerance,
        real_rows=len(chosen),
        hard_rows=len(kinds),
        refused_rows=sum(part.refused for part in found),
        worst_error=error,
        wrong_labels=wrong[0],
        wrong_refusals=wrong[1],
        boundary="1e-9 of the value" if gap else "1 ulp",
        worst_row=worst.worst_row if worst.severity > (0, 0.0) else None,
        worst_kind=worst.worst_kind if worst.severity > (0, 0.0) else None,
    )


def _as_compiled(columns: Columns, compiled: CompiledModel) -> tuple[RawColumn, ...]:
    """The columns as the model takes them; how a missing text is written, as these rows write it, if they do."""
    described = describe(columns, only=[column.name for column in compiled.columns])
    return tuple(
        replace(known, missing=here.missing if absent(columns[here.name]).any() else known.missing)
        for here, known in zip(described, compiled.columns, strict=True)
    )


def frame_of(columns: Columns, described: Sequence[RawColumn]) -> Any:
    """A pandas DataFrame as the original would get it."""
    import pandas as pd

    series: dict[str, Any] = {}
    for column in described:
        values = columns[column.name]
        if column.kind == "time":
            series[column.name] = pd.Series(as_moments(values, column).view(np.ndarray))
            if column.aware:
                series[column.name] = series[column.name].dt.tz_localize("UTC")
            continue
        if column.kind == "string":
            values = values.astype(object)
            values[absent(values)] = None if column.missing == "none" else np.nan
        series[column.name] = pd.Series(values, dtype=object if column.kind == "string" else None)
    return pd.DataFrame(series)


def quietly(function: Callable[..., R], *arguments: Any) -> R:
    """What it returns, without scikit-learn's warnings: the rows asked about are odd on purpose."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(*arguments)


@dataclass(frozen=True, kw_only=True)
class _Part:
    wrong_labels: int
    wrong_refusals: int
    worst_error: float
    refused: int
    severity: tuple[int, float]
    worst_row: dict[str, Any] | None
    worst_kind: str | None


def _compare(
    model: Any, compiled: CompiledModel, rows: Columns, described: Sequence[RawColumn], kinds: Sequence[str]
) -> _Part:
    frame = frame_of(rows, described)
    ours = _answers(compiled, feed(rows, described))
    labels, scores, refuses = _ask(model, frame, ours.refused)
    both = ~refuses & ~ours.refused
    wrong_refusals = refuses != ours.refused
    wrong_labels, errors = np.zeros(len(frame), dtype=bool), np.zeros(len(frame))
    if both.any():
        at = np.flatnonzero(both)
        if ours.classes is not None:
            wrong_labels[at] = np.asarray(labels[at] != ours.predictions[at], dtype=bool)
        errors[at] = _errors(scores[at], _scores(ours)[at])
    verdicts = [(int(a) + 2 * int(b), float(e)) for a, b, e in zip(wrong_labels, wrong_refusals, errors, strict=True)]
    worst = max(range(len(frame)), key=verdicts.__getitem__, default=None)
    return _Part(
        wrong_labels=int(wrong_labels.sum()),
        wrong_refusals=int(wrong_refusals.sum()),
        worst_error=float(errors.max(initial=0.0)),
        refused=int((refuses & ours.refused).sum()),
        severity=(0, 0.0) if worst is None else verdicts[worst],
        worst_row=None if worst is None else frame.iloc[worst].to_dict(),
        worst_kind=None if worst is None else kinds[worst],
    )


def _at_once(compiled: CompiledModel) -> int:
    """How many rows a graph is asked for at a time."""
    return max(1, _CELLS // max(1, int(compiled.about.get("features", 1))))


def _answers(compiled: CompiledModel, rows: Columns) -> Predictions:
    """What the graph answers, some rows at a time."""
    count, size = len(next(iter(rows.values()))), _at_once(compiled)
    parts = [
        compiled.run({name: values[start : start + size] for name, values in rows.items()})
        for start in range(0, count, size)
    ]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0] if name != "classes"}
    return Predictions(**whole, classes=parts[0].get("classes"))


def _ask(model: Any, frame: Any, expected: np.ndarray[Any, Any]) -> tuple[Any, Any, Any]:
    """The original's labels, scores, and which rows it refuses: one by one where one refusal would hide others."""
    labels: list[Any] = [None] * len(frame)
    scores: list[Any] = [None] * len(frame)
    refuses = np.zeros(len(frame), dtype=bool)
    pending: list[np.ndarray[Any, Any]] = [np.flatnonzero(~expected)]
    pending += [np.array([index]) for index in np.flatnonzero(expected)]
    while pending:
        indices = pending.pop()
        if len(indices) == 0:
            continue
        try:
            label, score = quietly(_answer, model, frame.iloc[indices])
        except ValueError:
            if len(indices) == 1:
                refuses[indices] = True
            else:
                half = len(indices) // 2
                pending += [indices[:half], indices[half:]]
            continue
        for place, index in enumerate(indices):
            labels[index], scores[index] = label[place], score[place]
    width = next((len(score) for score in scores if score is not None), 1)
    filled = np.asarray([np.full(width, np.nan) if score is None else score for score in scores], dtype=np.float64)
    return np.asarray(labels, dtype=object), filled.reshape(len(frame), width), refuses


def _answer(model: Any, frame: Any) -> tuple[Any, Any]:
    labels = np.asarray(model.predict(frame))
    if hasattr(model, "predict_proba"):
        return labels, np.asarray(model.predict_proba(frame))
    if hasattr(model, "decision_function"):
        scores = np.asarray(model.decision_function(frame))
        return labels, scores.reshape(len(labels), -1)
    return labels, labels.reshape(len(labels), -1).astype(np.float64)


def _scores(ours: Predictions) -> np.ndarray[Any, Any]:
    if ours.probabilities is not None:
        return ours.probabilities
    if ours.scores is None:
        return ours.predictions.reshape(len(ours.predictions), -1)
    scores = ours.scores.reshape(len(ours.predictions), -1)
    binary = ours.classes is not None and len(ours.classes) == 2
    return scores[:, -1:] if binary else scores


def _errors(theirs: np.ndarray[Any, Any], ours: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The largest error of each row."""
    if theirs.shape != ours.shape:
        return np.full(len(theirs), np.inf)
    with np.errstate(all="ignore"):
        errors = np.abs(theirs - ours) / np.maximum(1.0, np.abs(theirs))
    same = (theirs == ours) | (np.isnan(theirs) & np.isnan(ours))
    worst: np.ndarray[Any, Any] = np.where(same, 0.0, np.nan_to_num(errors, nan=np.inf)).max(axis=1, initial=0.0)
    return worst


def _first_score(model: Any, frame: Any) -> Any:
    """One number a row whose jumps are looked for; NaN where the original refuses."""
    _, scores, refuses = _ask(model, frame, np.zeros(len(frame), dtype=bool))
    return np.where(refuses, np.nan, scores[:, -1])
