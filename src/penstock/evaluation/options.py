"""What can be asked of an evaluation, checked before anything is computed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from penstock.evaluation.errors import WrongOption
from penstock.evaluation.forecasting import Forecasts
from penstock.evaluation.judged import Question
from penstock.evaluation.resampling import Resampling
from penstock.evaluation.table import require
from penstock.features.source import Source

Columns: TypeAlias = Sequence[str | Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Options:
    """See `penstock.evaluation.evaluate`."""

    target: str
    task: str | None = None
    positive: Any = None
    threshold: float | None = None
    quantile: float | None = None
    weights: str | None = None
    groups: str | None = None
    slices: tuple[tuple[str, ...], ...] = ()
    sensitive: tuple[tuple[str, ...], ...] = ()
    forecasts: Forecasts = field(default_factory=Forecasts)
    plan: Resampling
    explain: bool | str

    @property
    def question(self) -> Question:
        """What is asked of the model and of the data."""
        forecasts = self.forecasts
        others = [self.groups] if self.groups else []
        judged_by = [name for names in (*self.slices, *self.sensitive) for name in names]
        return Question(
            target=self.target,
            task="forecasting" if self.task is None and forecasts.given else self.task,
            positive=self.positive,
            threshold=self.threshold,
            quantile=self.quantile,
            weights=self.weights,
            others=(*others, *forecasts.no_inputs),
            kept=tuple(dict.fromkeys([*judged_by, *others, *forecasts.columns])),
        )

    def check(self, source: Source) -> None:
        """Raises `ColumnsMissing` for columns that the data do not have."""
        named: Mapping[str, Iterable[str | None]] = {
            "`slices=`": [name for names in self.slices for name in names],
            "`sensitive=`": [name for names in self.sensitive for name in names],
            "`weights=`": [self.weights],
            "`groups=`": [self.groups],
            "`time=`, `horizon=`, `series=` or `baselines=`": self.forecasts.columns,
        }
        for asked_by, names in named.items():
            require(source, [name for name in names if name is not None], asked_by)


def columns(given: Columns, option: str) -> tuple[tuple[str, ...], ...]:
    """Columns, each alone or several that are crossed."""
    if isinstance(given, str):
        advice = f"write `{option}=[{given!r}]`"
        raise WrongOption(option=option, value=repr(given), reason="it is one text and no list", advice=advice)
    return tuple((one,) if isinstance(one, str) else tuple(one) for one in given)


def checked_plan(bootstrap: int, seed: int) -> Resampling:
    """How to draw. Raises `WrongOption` if there are fewer than 0 resamples."""
    if bootstrap < 0 or bootstrap == 1:
        raise WrongOption(option="bootstrap", value=str(bootstrap), reason="it is 0 for no intervals, or some hundreds")
    return Resampling(repeats=bootstrap, seed=seed)
