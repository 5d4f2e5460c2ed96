"""What the task was given: the artifacts that a component's arguments came from, for converters that store its results.

A converter that stores a model needs to know what it was trained on. The launcher says so while outputs are saved:
names and places, not the loaded values, which may be gone by then.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from msgspec import Struct


class GivenArtifact(Struct, frozen=True, kw_only=True):
    """One artifact that the component got."""

    argument: str
    path: Path
    kind: str
    """What is on disk: `table`, `model`, …; empty where that is not known."""
    digest: str = ""


_given: ContextVar[Callable[[], Sequence[GivenArtifact]]] = ContextVar("penstock_given", default=tuple)


def given_artifacts() -> Sequence[GivenArtifact]:
    """The artifacts that the task was given, in the order of its arguments; none outside of a task."""
    return _given.get()()


@contextmanager
def giving(find: Callable[[], Sequence[GivenArtifact]]) -> Iterator[None]:
    """Say what was given; `find` is called only if somebody asks."""
    token = _given.set(find)
    try:
        yield
    finally:
        _given.reset(token)
