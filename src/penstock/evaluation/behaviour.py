"""Tests of a model by what it should do with rows that a person can reason about, whatever its metrics say.

After M. T. Ribeiro and others, "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList", ACL 2020.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.asking import Asked
from penstock.evaluation.checks import Check, Checked
from penstock.evaluation.errors import WrongOption
from penstock.evaluation.labels import plain_label
from penstock.evaluation.one_number import OneNumber
from penstock.evaluation.resampling import Floats
from penstock.evaluation.table import open_table, read_columns, require
from penstock.evaluation.values import plain_row

if TYPE_CHECKING:
    import pandas as pd

Change: TypeAlias = "dict[str, Any] | Callable[[pd.DataFrame], pd.DataFrame]"
"""Columns with their new values, or a function of rows; a value may be a function of the column."""

_ROWS = 1000
_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Invariance:
    """The answer should stay as it is when this changes: another name, another spelling, another sex.

    ```python
    Invariance(change={"sex": "Female"}, tolerance=0.02)
    ```
    """

    change: Change
    tolerance: float = 0.0
    """How much the answer (a probability or a number) may move; labels must stay, where there are no probabilities."""
    share: float = 0.0
    """The share of rows that may move by more."""
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Direction:
    """The answer should not go the wrong way when this changes: more rooms, no lower price.

    ```python
    Direction(change={"rooms": lambda rooms: rooms + 1}, expect="up")
    ```
    """

    change: Change
    expect: Literal["up", "down"]
    tolerance: float = 0.0
    """How much the answer may go the wrong way."""
    share: float = 0.0
    """The share of rows that may go the wrong way by more."""
    positive: Any = None
    """The class whose probability is meant; by default the last one."""
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class MinimumFunctionality:
    """Rows so plain that the model must get them right.

    ```python
    MinimumFunctionality(rows=[{"fare": 0, "miles": 0}], expect=["no"])
    MinimumFunctionality(rows=[{"rooms": 3}], expect=[(100_000, 900_000)])
    ```
    """

    rows: Any
    """A table, or a list of rows."""
    expect: Sequence[Any]
    """What is right for each row: a label, a number, or the lowest and highest that pass."""
    tolerance: float = 0.0
    """How far a number may be off."""
    name: str = ""


ModelTest = Invariance | Direction | MinimumFunctionality


def check_model(model: Any, data: Any, tests: Sequence[ModelTest], *, rows: int = _ROWS, seed: int = 0) -> Checked:
    """Put tests of behaviour to a model.

    Args:
        model: Anything with `predict`; probabilities are used where it has them.
        data: Raw rows, which invariance and direction change. Not needed for minimum functionality: pass None.
        tests: See `Invariance`, `Direction`, `MinimumFunctionality`.
        rows: At most so many rows of the data are changed, drawn at random.
        seed: Of that.

    Returns:
        What each test found. A value that a gate can read: `.passed`, `.failures`.

    Raises:
        WrongOption: A test does not fit the model or the data.
    """
    if not tests:
        raise WrongOption(option="tests", value="[]", reason="there is nothing to test")
    asked = Asked(model)
    frame, inputs = None, []
    if data is not None:
        source = open_table(data)
        inputs = asked.inputs(source.names, [])
        require(source, inputs, "the model")
        frame = read_columns(source, [*inputs, *_ignored(tests, source.names)])
        if len(frame) > rows:
            chosen = np.sort(np.random.default_rng(seed).choice(len(frame), rows, replace=False))
            frame = frame.iloc[chosen].reset_index(drop=True)
    return Checked(checks=[_run(asked, frame, inputs, test, place) for place, test in enumerate(tests, 1)])


def _ignored(tests: Sequence[ModelTest], known: Sequence[str]) -> list[str]:
    """Columns that should not matter, and which the model may not even take."""
    changes = [test.change for test in tests if isinstance(test, Invariance) and isinstance(test.change, dict)]
    return [column for change in changes for column in change if column in known]


def _run(asked: Asked, frame: "pd.DataFrame | None", inputs: list[str], test: ModelTest, place: int) -> Check:
    if isinstance(test, MinimumFunctionality):
        return _minimum(asked, test, place)
    kind = "invariance" if isinstance(test, Invariance) else "direction"
    name = test.name or f"{kind} {place}: {_described(test.change)}"
    if frame is None or not len(frame):
        raise WrongOption(option="data", value="no rows", reason=f"there is nothing to change for '{name}'")
    if isinstance(test, Direction) and test.expect not in ("up", "down"):
        raise WrongOption(option="expect", value=repr(test.expect), reason="it is 'up' or 'down'")
    if isinstance(test, Direction):
        frame = frame[inputs]
    changed = _changed(frame, test.change, name)
    positive = test.positive if isinstance(test, Direction) else None
    number = OneNumber(asked, positive)
    answer = number if isinstance(test, Direction) else number.codes
    before, after = answer(frame[inputs]), answer(changed[inputs])
    moved = after - before
    if isinstance(test, Invariance):
        wrong = np.abs(moved) > test.tolerance
        expected = f"stays within {test.tolerance:g}"
    else:
        wrong = (moved < -test.tolerance) if test.expect == "up" else (moved > test.tolerance)
        expected = "does not go down" if test.expect == "up" else "does not go up"
    return _verdict(name, kind, wrong, moved, test.share, expected, frame)


def _verdict(
    name: str,
    kind: str,
    wrong: NDArray[np.bool_],
    moved: Floats,
    share: float,
    expected: str,
    frame: "pd.DataFrame",
) -> Check:
    found = float(wrong.mean())
    worst = np.argsort(-np.abs(np.where(wrong, moved, 0.0)), kind="stable")[: min(_SHOWN, int(wrong.sum()))]
    detail = f"the answer {expected} for {int((~wrong).sum())} of {len(wrong)} rows"
    if wrong.any():
        detail += f"; it moves by up to {np.abs(moved[wrong]).max():.3g}"
    return Check(
        name=name,
        kind=kind,
        passed=found <= share,
        detail=detail,
        found=float(f"{found:.6g}"),
        allowed=share,
        examples=[plain_row(frame.iloc[int(row)]) | {"moved by": float(f"{moved[row]:.4g}")} for row in worst],
    )


def _changed(frame: "pd.DataFrame", change: Change, name: str) -> "pd.DataFrame":
    if callable(change):
        changed = change(frame.copy())
        if list(changed.columns) != list(frame.columns) or len(changed) != len(frame):
            raise WrongOption(option="change", value=name, reason="the function gave other rows or columns")
        return changed.reset_index(drop=True)
    strange = [column for column in change if column not in frame.columns]
    if strange:
        advice = f"the columns are: {', '.join(map(str, frame.columns[:12]))}"
        raise WrongOption(
            option="change", value=repr(strange[0]), reason="the model takes no such column", advice=advice
        )
    return frame.assign(**{column: new(frame[column]) if callable(new) else new for column, new in change.items()})


def _minimum(asked: Asked, test: MinimumFunctionality, place: int) -> Check:
    source = open_table(test.rows)
    frame = read_columns(source, source.names)
    name = test.name or f"minimum functionality {place}"
    if len(frame) != len(test.expect) or not len(frame):
        reason = f"there are {len(frame)} rows and {len(test.expect)} expectations"
        raise WrongOption(option="expect", value=name, reason=reason)
    inputs = asked.inputs(source.names, [])
    require(source, inputs, "the model")
    said = asked.labels(frame[inputs])
    wrong = [
        row for row, (one, right) in enumerate(zip(said, test.expect, strict=True)) if not _is_right(one, right, test)
    ]
    return Check(
        name=name,
        kind="minimum functionality",
        passed=not wrong,
        detail=f"{len(frame) - len(wrong)} of {len(frame)} plain rows are right",
        found=len(wrong) / len(frame),
        allowed=0.0,
        examples=[
            plain_row(frame.iloc[row]) | {"expected": _expected(test.expect[row]), "predicted": plain_label(said[row])}
            for row in wrong[:_SHOWN]
        ],
    )


def _is_right(said: Any, right: Any, test: MinimumFunctionality) -> bool:
    if isinstance(right, tuple):
        low, high = right
        return bool(low <= said <= high)
    if isinstance(right, float) or (test.tolerance and not isinstance(right, str)):
        return bool(abs(float(said) - float(right)) <= test.tolerance)
    return plain_label(said) == plain_label(right)


def _expected(right: Any) -> Any:
    return f"{right[0]:g} to {right[1]:g}" if isinstance(right, tuple) else plain_label(right)


def _described(change: Change) -> str:
    if not isinstance(change, dict):
        return getattr(change, "__name__", "a change")
    return ", ".join(column if callable(new) else f"{column} = {new!r}" for column, new in change.items())
