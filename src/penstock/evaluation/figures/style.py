"""How all figures look: few lines, one colour for the model, grey for what it is held against."""

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#1f2933"
"""Texts. The page replaces this colour, and the two below, by those of the reader's theme."""
FAINT = "#8a94a0"
GRID = "#e3e7ec"
MODEL = "#0f8577"
OTHER = "#d1602a"
BAND = 0.18
"""How opaque an interval is."""
_LONGEST = 34

Grid: TypeAlias = Literal["both", "x", "y", "none"]


def axes(title: str, x: str, y: str, *, width: float = 4.9, height: float = 3.7, grid: Grid = "both") -> "Axes":
    """An empty figure with one pair of axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    made = figure.add_subplot()
    dress(made, title, x, y, grid=grid)
    return made


def dress(made: "Axes", title: str, x: str, y: str, *, grid: Grid = "both") -> None:
    """Give axes the common look."""
    made.figure.set_facecolor("none")
    made.set_facecolor("none")
    made.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK)
    made.set_xlabel(x, fontsize=9, color=INK)
    made.set_ylabel(y, fontsize=9, color=INK)
    made.tick_params(labelsize=8.5, colors=INK, length=0)
    for side in ("top", "right", "left", "bottom"):
        made.spines[side].set_visible(False)
    if grid != "none":
        made.grid(visible=True, axis=grid, color=GRID, linewidth=0.8)
    made.set_axisbelow(True)


def legend(made: "Axes", **options: Any) -> None:
    """A legend without a frame."""
    made.legend(frameon=False, fontsize=8.5, labelcolor=INK, **options)


def figure_of(made: "Axes") -> "Figure":
    """The figure that the axes are of."""
    from matplotlib.figure import Figure

    assert isinstance(made.figure, Figure)
    return made.figure


def short(text: str, longest: int = _LONGEST) -> str:
    """The text, cut where it would crowd out the picture; `$` is no formula."""
    text = text.replace("\n", " ").replace("$", "＄")
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
