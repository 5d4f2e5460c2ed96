"""From a model package to a version that answers requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from penstock.core.errors import UserError
from penstock.models.errors import ModelFails, RowsUnfit
from penstock.serving.refusals import RowsRefused
from penstock.serving.rows import TYPES
from penstock.serving.running import Answer, GraphRunner, Runner
from penstock.serving.served import Served

if TYPE_CHECKING:
    from penstock.models import Model


@dataclass(kw_only=True, eq=False)
class NotServable(UserError, ValueError):
    """A model cannot answer requests over the network."""

    code: ClassVar[str] = "SRV020"
    model: str
    reason: str

    def message(self) -> str:
        return f"model {self.model} cannot be served: {self.reason}"

    def hint(self) -> str:
        return "package it with its raw rows, `Model(estimator, data=rows, target=…)`, so that its columns are known"


def load_served(model: "Model", name: str, version: str) -> Served:
    """A version that answers, by its graph where it has one, by the original otherwise.

    Args:
        model: The package.
        name: Of the model, as clients say it.
        version: Of it.

    Raises:
        NotServable: Its raw columns are not known, or hold what JSON has no values for.
        UntrustedModel, PickleRefused: It has no graph, and its original may not be loaded.
    """
    columns = model.signature.inputs
    if not columns:
        raise NotServable(model=name, reason=model.no_signature or "the columns that it takes are not known")
    strange = next((column for column in columns if column.type not in TYPES), None)
    if strange is not None:
        raise NotServable(model=name, reason=f"column {strange.name!r} is of type {strange.type!r}")
    compiled = model.compiled
    classes = None if model.classes is None else model.classes.tolist()
    runner: Runner
    if compiled is not None:
        runner = GraphRunner(compiled, columns, classes=classes)
    else:
        runner = OriginalRunner(model, classes)
    return Served(name, version, model.signature, runner, example=_example(model))


class OriginalRunner:
    """Asks the original, of a model without a graph: rows become the frame that it was fitted on."""

    def __init__(self, model: "Model", classes: list[Any] | None) -> None:
        self._model = model
        self._names = [column.name for column in model.signature.inputs]
        self.classes = classes
        self._has_probabilities = classes is not None and model.asked.predict_proba is not None

    def run(self, rows: Sequence[Any]) -> Answer:
        """See `Runner.run`.

        Raises:
            RowsRefused: The model raises an error for some of them.
        """
        try:
            return self._ask(rows)
        except (ModelFails, RowsUnfit) as error:
            if len(rows) == 1:
                raise RowsRefused(rows=[0], reason=error.message()) from error
        refused, reason = [], ""
        for number, row in enumerate(rows):
            try:
                self._ask([row])
            except (ModelFails, RowsUnfit) as error:
                refused.append(number)
                reason = reason or error.message()
        raise RowsRefused(rows=refused, reason=reason or "it takes each of them alone, but not all of them at once")

    def _ask(self, rows: Sequence[Any]) -> Answer:
        import pandas as pd

        columns = {name: [getattr(row, f"c{at}") for row in rows] for at, name in enumerate(self._names)}
        frame = pd.DataFrame(columns, columns=self._names)
        probabilities = self._model.predict_proba(frame) if self._has_probabilities else None
        return Answer(
            predictions=self._model.predict(frame).tolist(),
            probabilities=None if probabilities is None else probabilities.tolist(),
        )


def _example(model: "Model") -> list[dict[str, Any]]:
    """A few raw rows as JSON has them."""
    frame = model.example
    if frame is None:
        return []
    return [{str(name): _plain(value) for name, value in row.items()} for row in frame.head(3).to_dict("records")]


def _plain(value: Any) -> Any:
    if value is None or value != value:
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value
