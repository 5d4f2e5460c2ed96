"""Figures, as folders: what a person looks at, and what the library can read again, if it can.

Matplotlib has no format of its own but pickle, so its figures are written and not read: take the artifact as `Path`.
The files are the same for the same figure: no dates, no random ids.
"""

# ruff: noqa: ARG002 - the interface has the arguments

from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.errors import ConversionError

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from plotly.basedatatypes import BaseFigure

PNG, SVG, JSON_NAME, HTML_NAME = "figure.png", "figure.svg", "figure.json", "figure.html"


class MatplotlibFigure(Converter["Figure"]):
    """`matplotlib.figure.Figure`: `figure.png` and `figure.svg`."""

    type_names = ("matplotlib.figure.Figure",)
    kind = "figure"
    schema_title = "system.Artifact"
    imports = ("matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg")

    def save(self, value: "Figure", target: Path) -> dict[str, Json]:
        """Draw the figure twice."""
        import matplotlib as mpl

        target.mkdir()
        with mpl.rc_context({"svg.hashsalt": "penstock"}):
            value.savefig(target / PNG, format="png", dpi=150, bbox_inches="tight", metadata={"Software": None})
            value.savefig(target / SVG, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
        return {"format": "png+svg"}


class PlotlyFigure(Converter["BaseFigure"]):
    """`plotly.graph_objects.Figure`: `figure.json`, and `figure.html`, which needs no network."""

    type_names = ("plotly.basedatatypes.BaseFigure",)
    kind = "plotly"
    schema_title = "system.Artifact"
    imports = ("plotly.io",)

    def save(self, value: "BaseFigure", target: Path) -> dict[str, Json]:
        """Write the figure's description, and a page that draws it."""
        target.mkdir()
        (target / JSON_NAME).write_text(value.to_json(), encoding="utf-8")
        page = value.to_html(include_plotlyjs=True, full_html=True, div_id="figure")
        (target / HTML_NAME).write_text(page, encoding="utf-8")
        return {"format": "plotly-json+html"}

    def load(self, source: Path, annotation: type["BaseFigure"], metadata: dict[str, Json]) -> "BaseFigure":
        """Read the figure's description."""
        import plotly.io

        try:
            text = (source / JSON_NAME).read_text(encoding="utf-8")
            return plotly.io.from_json(text)
        except (ValueError, FileNotFoundError, NotADirectoryError) as error:
            raise ConversionError(what="plotly.Figure", action="loaded", reason=str(error)) from error


CONVERTERS: list[Converter[Any]] = [MatplotlibFigure(), PlotlyFigure()]
