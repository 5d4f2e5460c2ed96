"""How a category is written where it becomes part of a text: the same whatever type its column has."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import murmurhash3_32


def labels(column: Any, name: str) -> tuple[Any, Any]:
    """A column's distinct categories as texts, and the place of each row's among them; -1 where it is missing.

    A text is itself. A whole number is written without a point, so that a column of integers in which something is
    missing, and which is therefore one of floats, gives the same; true and false are 1 and 0.

    Raises:
        ValueError: The column, called `name`, holds numbers that are not whole, or dates.
    """
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    texts = np.empty(len(distinct), dtype=object)
    texts[:] = [_written(value, name) for value in np.asarray(distinct, dtype=object)]
    return texts, codes


def hashes(texts: Any) -> Any:
    """MurmurHash3 of each text in UTF-8, 32 bits, signed, as int64: the hash of scikit-learn's `FeatureHasher`."""
    return np.fromiter((murmurhash3_32(text.encode(), 0) for text in texts), dtype=np.int64, count=len(texts))


def _written(value: Any, name: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_ | int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating) and abs(float(value)) < 2**53 and float(value).is_integer():
        return str(int(value))
    kind = type(value).__name__
    raise ValueError(f"column {name!r} holds {value!r} ({kind}); a category is a text or a whole number: bin it before")
