"""Figures."""

from typing import Any

from penstock.data.converter import Converter


class MatplotlibFigure(Converter[Any]):
    type_names = ("matplotlib.figure.Figure",)
    kind = "figure"
    schema_title = "system.Artifact"
    suffix = ""

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


class PlotlyFigure(Converter[Any]):
    type_names = ("plotly.basedatatypes.BaseFigure",)
    kind = "plotly"
    schema_title = "system.Artifact"
    suffix = ""

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


CONVERTERS = [MatplotlibFigure(), PlotlyFigure()]
