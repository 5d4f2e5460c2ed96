"""Rows as batches of numbers for what learns from batches: `partial_fit`, XGBoost, LightGBM, PyTorch."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from penstock.features.errors import NotNumbers
from penstock.features.source import Source, open_source

if TYPE_CHECKING:
    import pandas as pd


def batches(
    dataset: Any,
    transformer: Any,
    size: int,
    *,
    target: str | None = None,
    columns: Sequence[str] | None = None,
    dtype: Any = "float64",
) -> Iterator[tuple[Any, Any]]:
    """The rows of `dataset` through a fitted `transformer`, `size` at a time, in their order.

    Args:
        dataset: As for `penstock.features.fit`.
        transformer: Fitted; or None for columns that are numbers already.
        size: Rows of each batch; the last may have less.
        target: The column to predict.
        columns: The features; by default those that the transformer was fitted on, or all but the target.
        dtype: Of the matrix.

    Yields:
        `(X, y)`: a NumPy matrix, or SciPy's CSR matrix where the transformer gives a sparse one, and an array of the
        target, or None without one.

    Raises:
        UnknownColumns: A column is not there, or there twice.
        NotNumbers: What the transformer gives is no matrix of numbers.
        ValueError: `size` is less than one.
    """
    if size < 1:
        raise ValueError(f"a batch has at least one row, so size={size} cannot be")
    source = open_source(dataset)
    if target is not None:
        source.require([target], "`target=`")
    fitted_on = getattr(transformer, "feature_names_in_", None)
    if columns is not None:
        names = list(columns)
    elif fitted_on is not None:
        names = [str(name) for name in fitted_on]
    else:
        names = [name for name in source.names if name != target]
    source.require(names, "`columns=`" if columns is not None else "the transformer")
    return _batches(source, names, transformer, size, target, dtype)


def _batches(
    source: Source, names: list[str], transformer: Any, size: int, target: str | None, dtype: Any
) -> Iterator[tuple[Any, Any]]:
    wanted = names if target is None or target in names else [*names, target]
    for frame in _of_size(source.frames(wanted, size), size):
        X = frame[names] if transformer is None else transformer.transform(frame[names])
        yield _matrix(X, dtype), None if target is None else frame[target].to_numpy()


def _of_size(frames: Iterator["pd.DataFrame"], size: int) -> Iterator["pd.DataFrame"]:
    """The same rows, exactly `size` in each frame but the last."""
    import pandas as pd

    waiting: list[pd.DataFrame] = []
    rows = 0
    for frame in frames:
        waiting.append(frame)
        rows += len(frame)
        if rows >= size:
            joined = pd.concat(waiting, ignore_index=True) if len(waiting) > 1 else frame
            yield joined.iloc[:size]
            waiting = [joined.iloc[size:]] if rows > size else []
            rows -= size
    if rows:
        yield pd.concat(waiting, ignore_index=True)


def _matrix(X: Any, dtype: Any) -> Any:
    import numpy as np
    from scipy import sparse

    try:
        if sparse.issparse(X):
            return sparse.csr_matrix(X, dtype=dtype)
        if hasattr(X, "to_pandas"):
            X = X.to_pandas()
        if hasattr(X, "iloc"):
            return X.to_numpy(dtype=dtype, na_value=np.nan)
        return np.asarray(X, dtype=dtype)
    except (ValueError, TypeError) as error:
        columns = X.columns[[kind.kind not in "biuf" for kind in map(_kind, X.dtypes)]] if hasattr(X, "iloc") else []
        raise NotNumbers(columns=[str(name) for name in columns], reason=str(error)) from error


def _kind(dtype: Any) -> Any:
    import numpy as np

    return dtype if isinstance(dtype, np.dtype) else np.dtype(object)
