"""The types that a person has vouched for: stored models that hold them may be loaded.

Which types are trusted without that is for `penstock.models.trusted` to say.
"""

from typing import Any, TypeVar

T = TypeVar("T")

_trusted: set[str] = set()


def trust(first: T, *more: Any) -> T:
    """Let stored models hold these types.

    Loading such a model may run their code, so name only types whose code you know. Usable as a decorator:

    ```python
    @trust
    class LogScaler(TransformerMixin, BaseEstimator): ...
    ```

    Args:
        first: A class or function, or its full name (`features.LogScaler`).
        more: More of them.

    Returns:
        `first`, unchanged.
    """
    _trusted.update(item if isinstance(item, str) else _full_name(item) for item in (first, *more))
    return first


def vouched_for() -> frozenset[str]:
    """The full names that `trust` was called with, in this process."""
    return frozenset(_trusted)


def _full_name(item: Any) -> str:
    return f"{item.__module__}.{item.__qualname__}"
