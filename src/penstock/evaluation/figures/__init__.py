"""An evaluation as pictures. Each function draws one figure of what the evaluation holds; nothing is computed anew."""

from typing import TYPE_CHECKING

from penstock.evaluation.errors import PackageMissing
from penstock.evaluation.result import Evaluation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw_all"]


def draw_all(evaluation: Evaluation) -> "dict[str, Figure]":
    """Every figure that there is something for, in the order in which a reader wants them."""
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise PackageMissing(package="matplotlib", needed_for="drawing an evaluation") from error
    from penstock.evaluation.figures import classes, groups, inputs, numbers

    with mpl.rc_context(mpl.rcParamsDefault):
        return {
            **classes.draw(evaluation),
            **numbers.draw(evaluation),
            **groups.draw(evaluation),
            **inputs.draw(evaluation),
        }
