"""What an evaluation found: a plain value that is read by gates, drawn as figures, and written as a page."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.errors import ConversionError
from penstock.data.registry import register
from penstock.evaluation.estimates import METRICS, Estimate, Task
from penstock.evaluation.parts import (
    Calibration,
    Confusion,
    Curves,
    Explanations,
    Fairness,
    Horizon,
    Residuals,
    Slice,
    WorstRow,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMAT = 1


class Evaluation(Struct, frozen=True, kw_only=True):
    """How good a model is on some rows, with how sure that is.

    The same model, rows and seed give the same value, to the last bit of its JSON.
    """

    format: int = FORMAT
    task: Task
    target: str
    rows: int
    """Rows with a target."""
    skipped: int
    """Rows without one, which are left out."""
    classes: list[Json] = []
    """The first thousand, in the model's order; empty for numbers."""
    positive: Json = None
    """Of two classes the one that is looked for."""
    threshold: float | None = None
    """The probability from which on a row is called positive; None where the model's own `predict` decided."""
    metrics: dict[str, Estimate]
    """By the names in `penstock.evaluation.METRICS`."""
    baselines: dict[str, dict[str, Estimate]] = {}
    """What answers without a model would reach, by what they are called."""
    slices: list[Slice] = []
    fairness: list[Fairness] = []
    horizons: list[Horizon] = []
    calibration: Calibration | None = None
    curves: Curves | None = None
    confusion: Confusion | None = None
    residuals: Residuals | None = None
    explanations: Explanations | None = None
    worst: list[WorstRow] = []
    notes: list[str] = []
    """What a reader should know before trusting a number."""
    confidence: float = 0.95
    resamples: int = 0
    seed: int = 0

    @property
    def importance(self) -> dict[str, Estimate]:
        """By column, how much the loss grows when it is shuffled, the largest first; empty if it was not asked for."""
        return {} if self.explanations is None else {one.column: one.increase for one in self.explanations.importance}

    @property
    def figures(self) -> "dict[str, Figure]":
        """Everything that can be drawn, by name: `roc`, `calibration`, `slices`, … Drawn anew at each look."""
        from penstock.evaluation.figures import draw_all

        return draw_all(self)

    def metric(self, name: str) -> Estimate:
        """The metric of that name, or the gap of that name that is the widest over all sensitive attributes.

        Raises:
            LookupError: There is neither; the error names what there is.
        """
        if name in self.metrics:
            return self.metrics[name]
        gaps = [one.gaps[name] for one in self.fairness if name in one.gaps]
        defined = [gap for gap in gaps if gap.value is not None]
        if defined:
            least = name.endswith("_ratio")
            return sorted(defined, key=lambda gap: float(gap), reverse=not least)[0]
        if gaps:
            return gaps[0]
        known = [*self.metrics, *dict.fromkeys(gap for one in self.fairness for gap in one.gaps)]
        raise LookupError(f"there is no metric {name!r} of {self.task}; there are: {', '.join(known)}")

    @property
    def fairness_gap(self) -> Estimate | None:
        """The widest gap of any sensitive attribute; None where none was asked for or could be compared.

        For two classes that is the larger of the differences in demographic parity and equalised odds; else the first
        of the gaps, of accuracy or of error.
        """
        names = ("demographic_parity_difference", "equalized_odds_difference")
        gaps = [one.gaps[name] for one in self.fairness for name in names if name in one.gaps]
        if not gaps:
            gaps = [next(iter(one.gaps.values())) for one in self.fairness if one.gaps]
        defined = [gap for gap in gaps if gap.value is not None]
        return max(defined, key=float, default=None)

    def to_json(self) -> str:
        """All of it as JSON. What is undefined is null."""
        return json.dumps(msgspec.to_builtins(self), ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> "Evaluation":
        """What `to_json` wrote.

        Raises:
            ConversionError: It is no evaluation, or one of a newer Penstock.
        """
        try:
            found: Any = json.loads(text)
            if isinstance(found, dict) and isinstance(found.get("format"), int) and found["format"] > FORMAT:
                raise ConversionError(what="Evaluation", action="loaded", reason="a newer Penstock wrote it")
            return msgspec.convert(found, cls)
        except (ValueError, msgspec.ValidationError) as error:
            raise ConversionError(what="Evaluation", action="loaded", reason=str(error)) from error

    def numbers(self) -> dict[str, float]:
        """Each defined metric and gap as a plain number: for tracking, and for Kubeflow's page."""
        found = {name: float(one) for name, one in self.metrics.items() if one.value is not None}
        for fairness in self.fairness:
            gaps = {name: one for name, one in fairness.gaps.items() if one.value is not None}
            found |= {f"{fairness.attribute}.{name}": float(one) for name, one in gaps.items()}
        return found

    def html(self, title: str = "") -> str:
        """One page with everything, which needs nothing from elsewhere."""
        from penstock.evaluation.page import render_page

        return render_page(self, title)

    def markdown(self, title: str = "") -> str:
        """The numbers as Markdown, for a model card or a review."""
        from penstock.evaluation.text import render_markdown

        return render_markdown(self, title)

    def __str__(self) -> str:
        lines = [f"{self.task} of {self.target!r} on {self.rows} rows"]
        width = max((len(METRICS[name].title) for name in self.metrics if name in METRICS), default=0)
        for name, one in self.metrics.items():
            lines.append(f"  {METRICS[name].title if name in METRICS else name:<{width}}  {one}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from penstock.evaluation.page import render_summary

        return render_summary(self)


class EvaluationConverter(Converter[Evaluation]):
    """`Evaluation`: a JSON file, with the numbers in the metadata too, where Kubeflow's page shows them."""

    type_names = ("penstock.evaluation.result.Evaluation",)
    kind = "evaluation"
    schema_title = "system.Metrics"
    suffix = ".json"
    imports = ("msgspec",)

    def save(self, value: Evaluation, target: Path) -> dict[str, Json]:
        """Write the JSON."""
        target.write_text(value.to_json(), encoding="utf-8")
        return {**value.numbers(), "format": "json"}

    def load(self, source: Path, annotation: type[Evaluation], metadata: dict[str, Json]) -> Evaluation:  # noqa: ARG002 - the interface has the arguments
        """Read it."""
        return Evaluation.from_json(source.read_bytes())


register(EvaluationConverter())
