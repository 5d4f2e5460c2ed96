"""Figures of matplotlib as SVG within a page: its texts stay texts, its colors become those of the page."""

import io
import re
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def svg_of(name: str, figure: "Figure") -> str:
    """The figure as an SVG element whose ids are its own."""
    import matplotlib as mpl

    from penstock.evaluation.figures.style import FAINT, GRID, INK

    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)  # the browser has it
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    for color, variable in {INK: "var(--ink)", FAINT: "var(--soft)", GRID: "var(--line)"}.items():
        text = text.replace(color, variable)
    own = re.sub(r"\W", "-", name, flags=re.ASCII)
    text = re.sub(r'\bid="', f'id="{own}-', text)
    return re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{own}-", text)
