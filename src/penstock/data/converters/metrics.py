"""Metrics: small JSON files, with the numbers in the metadata too, as Kubeflow's and Vertex AI's pages read them."""

# ruff: noqa: ARG002 - the interface has the arguments

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.converters.json import read_json, write_json
from penstock.data.errors import ConversionError, WrongType
from penstock.data.parameters import decode_parameter, encode_parameter
from penstock.data.values import ClassificationMetrics, Metrics

_NUMBERS = dict[str, int | float | bool]


class MetricsConverter(Converter[Metrics]):
    """`Metrics`."""

    type_names = ("penstock.data.values.Metrics",)
    kind = "metrics"
    schema_title = "system.Metrics"
    suffix = ".json"

    def save(self, value: Metrics, target: Path) -> dict[str, Json]:
        """Write the numbers; `nan` and infinities as `"NaN"`, `"Infinity"`, `"-Infinity"`."""
        try:
            numbers = encode_parameter(dict(value), dict[str, int | float])
        except WrongType as error:
            raise ConversionError(
                what="Metrics",
                action="stored",
                reason=f"{error.at or 'it'} is a `{error.got}`, not a number",
                advice="metrics are numbers by name; put the rest in `JSON` or another output",
            ) from None
        assert isinstance(numbers, dict)
        write_json(numbers, target)
        return {**numbers, "format": "json"}

    def load(self, source: Path, annotation: type[Metrics], metadata: dict[str, Json]) -> Metrics:
        """Read the numbers."""
        try:
            return annotation(decode_parameter(read_json(source, "Metrics"), dict[str, int | float]))
        except WrongType as error:
            raise ConversionError(what="Metrics", action="loaded", reason=error.message()) from error


class ClassificationMetricsConverter(Converter[ClassificationMetrics]):
    """`ClassificationMetrics`."""

    type_names = ("penstock.data.values.ClassificationMetrics",)
    kind = "classification-metrics"
    schema_title = "system.ClassificationMetrics"
    suffix = ".json"

    def save(self, value: ClassificationMetrics, target: Path) -> dict[str, Json]:
        """Write matrix and curve."""
        held = {name: _plain(item) for name, item in asdict(value).items()}
        _check(held)
        write_json(held, target)
        return {**_kubeflow(held), "format": "json"}

    def load(
        self, source: Path, annotation: type[ClassificationMetrics], metadata: dict[str, Json]
    ) -> ClassificationMetrics:
        """Read matrix and curve."""
        held = read_json(source, "ClassificationMetrics")
        try:
            return annotation(**{name: _numbers(item) for name, item in held.items()})
        except TypeError as error:
            raise ConversionError(what="ClassificationMetrics", action="loaded", reason=str(error)) from error


def _kubeflow(held: dict[str, Any]) -> dict[str, Json]:
    """The metadata of `system.ClassificationMetrics`, in Kubeflow's words."""
    metadata: dict[str, Json] = {}
    points = zip(held["thresholds"], held["true_positive_rate"], held["false_positive_rate"], strict=True)
    curve: list[Json] = [
        {"confidenceThreshold": threshold, "recall": true, "falsePositiveRate": false}
        for threshold, true, false in points
    ]
    if curve:
        metadata["confidenceMetrics"] = curve
    if held["confusion_matrix"]:
        metadata["confusionMatrix"] = {
            "annotationSpecs": [{"displayName": label} for label in held["labels"]],
            "rows": [{"row": row} for row in held["confusion_matrix"]],
        }
    return metadata


def _check(held: dict[str, Any]) -> None:
    curve = {len(held[name]) for name in ("false_positive_rate", "true_positive_rate", "thresholds")}
    if len(curve) != 1:
        raise _refused("the three sequences of the ROC curve differ in length")
    size = len(held["labels"])
    if held["confusion_matrix"] and [len(row) for row in held["confusion_matrix"]] != [size] * size:
        raise _refused(f"with {size} labels the confusion matrix must be {size} × {size}")


def _refused(reason: str) -> ConversionError:
    return ConversionError(what="ClassificationMetrics", action="stored", reason=reason)


def _plain(value: Any) -> Any:
    """Lists of plain numbers and strings, from lists, tuples, and anything with `tolist`, such as arrays."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value if isinstance(value, int | float) else str(value)


def _numbers(value: Any) -> Any:
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}.get(value, value)


CONVERTERS: list[Converter[Any]] = [MetricsConverter(), ClassificationMetricsConverter()]
