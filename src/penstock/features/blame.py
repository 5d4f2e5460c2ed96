"""Says of which columns scikit-learn complains: it names the matrix only."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from penstock.core.errors import PenstockError
from penstock.features.block import as_frame
from penstock.features.errors import CannotFit


class Named(Protocol):
    """A part of the whole that knows its name and its columns."""

    names: list[str]

    @property
    def title(self) -> str: ...


@contextmanager
def blamed(part: Named, X: Any) -> Iterator[None]:
    """Raise `CannotFit` with the part and the columns of `X` in place of what scikit-learn raises."""
    try:
        yield
    except PenstockError:
        raise
    except (ValueError, TypeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise CannotFit(transformer=part.title, columns=_guilty(part, X, reason), reason=reason) from error


def _guilty(part: Named, X: Any, reason: str) -> list[str]:
    """The columns that hold what is complained of; all, if that is not seen."""
    import numpy as np
    import pandas as pd

    found: list[str] = []
    X = as_frame(X)
    if isinstance(X, pd.DataFrame):
        numbers = X.select_dtypes("number")
        if "infinity" in reason:
            found = [str(name) for name in numbers.columns[np.isinf(numbers.to_numpy(float, na_value=0.0)).any(axis=0)]]
        elif "convert" in reason:
            found = [str(name) for name in X.columns if name not in numbers.columns]
        elif "NaN" in reason:
            found = [str(name) for name in X.columns[X.isna().any(axis=0)]]
    return found or part.names
