"""Metrics."""

from typing import Any

from penstock.data.converter import Converter


class MetricsConverter(Converter[Any]):
    type_names = ("penstock.data.values.Metrics",)
    kind = "metrics"
    schema_title = "system.Metrics"
    suffix = ".json"

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


class ClassificationMetricsConverter(Converter[Any]):
    type_names = ("penstock.data.values.ClassificationMetrics",)
    kind = "classification-metrics"
    schema_title = "system.ClassificationMetrics"
    suffix = ".json"

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


CONVERTERS = [MetricsConverter(), ClassificationMetricsConverter()]
