"""What an evaluation consists of. Plain frozen values, which JSON can hold."""

from msgspec import Struct

from penstock.core.json import Json
from penstock.evaluation.estimates import Estimate


class Slice(Struct, frozen=True, kw_only=True):
    """Rows that have something in common, judged by themselves."""

    column: str
    value: str
    """What they have in common: a value, a range such as `[17, 28)`, or `missing`."""
    rows: int
    small: bool
    """Whether they are too few to judge; they never count as worse."""
    metrics: dict[str, Estimate]
    worse: bool = False
    """Whether the main metric is surely worse here than over all rows, the number of slices considered."""
    p_value: float | None = None


class Group(Struct, frozen=True, kw_only=True):
    """What a model does to the rows of one value of a sensitive attribute."""

    value: str
    rows: int
    small: bool
    """Whether they are too few to judge, or have no value; such a group is in no gap."""
    rates: dict[str, Estimate]


class Fairness(Struct, frozen=True, kw_only=True):
    """How differently a model treats the groups of one attribute."""

    attribute: str
    groups: list[Group]
    gaps: dict[str, Estimate]
    """`demographic_parity_difference`, `equalized_odds_difference`, …; between the groups that are not small."""
    notes: list[str]


class Bin(Struct, frozen=True):
    """Rows of about one predicted probability."""

    predicted: float
    """The mean of what was predicted."""
    observed: Estimate
    """How often it happened."""
    rows: int


class Calibration(Struct, frozen=True, kw_only=True):
    """Whether what is predicted with 30 % happens in 30 % of the cases."""

    error: float
    """The mean distance between the two, over rows: the expected calibration error."""
    bins: list[Bin]


class Curves(Struct, frozen=True, kw_only=True):
    """What each threshold would give, from the strictest to the loosest."""

    thresholds: list[float]
    false_positive_rate: list[float]
    recall: list[float]
    precision: list[float]
    f1: list[float]
    selected: list[float]
    """The share of rows that would be called positive."""


class Confusion(Struct, frozen=True):
    """How often each class was taken for each. Rows are what happened, columns what was predicted."""

    labels: list[str]
    counts: list[list[int]]


class Residuals(Struct, frozen=True, kw_only=True):
    """Predictions and errors of a sample of rows, and how the errors vary with the prediction."""

    truth: list[float]
    predicted: list[float]
    quantiles: list[list[float]]
    """Of rows by growing prediction: its mean, then the errors' 10 %, 50 % and 90 % quantiles."""


class Horizon(Struct, frozen=True, kw_only=True):
    """How good forecasts of one distance are, and naive ones of the same rows."""

    horizon: str
    rows: int
    metrics: dict[str, Estimate]
    baselines: dict[str, Estimate]
    """The mean absolute error of each naive forecast."""


class Importance(Struct, frozen=True):
    """How much worse a model becomes when a column is shuffled."""

    column: str
    increase: Estimate
    """Of the loss of a row: `loss` of `Explanations` says which."""
    contribution: float | None = None
    """The mean size of the column's contribution to a prediction, of the rows that were explained."""


class Explained(Struct, frozen=True, kw_only=True):
    """What brought a model to its answer for one row: the base and all contributions add up to the answer."""

    row: int
    answer: float
    base: float
    contributions: dict[str, float]
    values: dict[str, Json]


class Explanations(Struct, frozen=True, kw_only=True):
    """Which columns a model goes by."""

    loss: str
    """In which the importance is counted."""
    of: str
    """Which answer the contributions add up to, e.g. `probability of 'yes'`."""
    method: str
    rows: int
    """How many were shuffled."""
    importance: list[Importance]
    samples: list[Explained]


class WorstRow(Struct, frozen=True, kw_only=True):
    """A row that the model is very wrong about."""

    row: int
    """Its position in the data."""
    loss: float
    truth: Json
    predicted: Json
    values: dict[str, Json]
