"""A model's answers beside what happened, row by row: what every number of an evaluation is computed from."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.binary import BinarySample
from penstock.evaluation.estimates import Task
from penstock.evaluation.labels import Label
from penstock.evaluation.multiclass import MulticlassSample
from penstock.evaluation.numbers import NumberSample
from penstock.evaluation.resampling import Floats

if TYPE_CHECKING:
    import pandas as pd

Sample = BinarySample | MulticlassSample | NumberSample


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of a model and of data."""

    target: str
    task: str | None = None
    positive: Any = None
    threshold: float | None = None
    quantile: float | None = None
    weights: str | None = None
    others: tuple[str, ...] = ()
    """Columns that are no inputs, unless the model names them: of groups, of time."""
    kept: tuple[str, ...] = ()
    """Columns to keep of every row."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A model's answers, beside what happened."""

    task: Task
    sample: Sample
    classes: list[Label] = field(default_factory=list)
    positive: Label | None = None
    inputs: list[str]
    facts: "pd.DataFrame"
    """What was kept of the rows that have a target."""
    positions: NDArray[np.intp]
    """Where these are in the data."""
    total: int
    weights: Floats | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def skipped(self) -> int:
        """How many rows have no target."""
        return self.total - len(self.positions)
