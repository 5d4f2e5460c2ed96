"""Small classes for what has no natural Python type: an artifact as such, metrics, pages, wrapped JSON.

They cost nothing to import and need no library, so a component can use them anywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from penstock.core.json import Json


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """Any artifact, unread: what a component gets that asks for `Artifact`.

    A component may return one too: the file or folder at `path` becomes the artifact, with `metadata`.
    """

    name: str = ""
    """The output that it came from, or the input that it goes to."""
    uri: str = ""
    path: Path
    """Where its bytes are on this machine: a file or a folder. An input is read-only."""
    type: str = "system.Artifact"
    metadata: dict[str, Json] = field(default_factory=dict)


class Metrics(dict[str, float]):
    """Named numbers that say how good something is: `Metrics(auc=0.91, log_loss=0.3)`.

    An artifact of type `system.Metrics`; its values are in the metadata too, where tools look for them.
    """


@dataclass(frozen=True, kw_only=True)
class ClassificationMetrics:
    """How a classifier errs: a confusion matrix, a ROC curve, or both.

    An artifact of type `system.ClassificationMetrics`, with the metadata that Kubeflow and Vertex AI draw.
    """

    labels: Sequence[str] = ()
    """The classes, in the order of the matrix's rows and columns."""
    confusion_matrix: Sequence[Sequence[int | float]] = ()
    """Rows are the true classes, columns the predicted ones."""
    false_positive_rate: Sequence[float] = ()
    """The ROC curve, point by point; the three sequences are equally long."""
    true_positive_rate: Sequence[float] = ()
    thresholds: Sequence[float] = ()


class Text(str):
    """Plain text that is an artifact; an ordinary `str` is a parameter."""

    __slots__ = ()


class HTML(str):
    """A page. An artifact of type `system.HTML`."""

    __slots__ = ()


class Markdown(str):
    """A document in Markdown. An artifact of type `system.Markdown`."""

    __slots__ = ()


@dataclass(frozen=True)
class JSON:
    """A JSON value that is an artifact, e.g. because it is large; plain lists and dicts are parameters."""

    value: Json
