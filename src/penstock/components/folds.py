"""Which fold each row is judged in: plain, stratified by the target, with groups kept together, or both."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penstock.components.errors import CannotFold
from penstock.features.errors import UnknownColumns

_MOST_CLASSES = 20
"""A target of whole numbers with at most so many values is taken for classes."""
_BINS = 10
"""A target of numbers is stratified by so many bins of equal size."""


def assign_folds(
    rows: pl.DataFrame,
    count: int,
    *,
    target: str = "",
    stratify: bool = False,
    group: str = "",
    seed: int = 0,
) -> NDArray[np.int64]:
    """The number of the fold, from 0 on, that judges each row.

    Args:
        rows: The table; only `target` and `group` are looked at.
        count: How many folds.
        target: The column to stratify by.
        stratify: Have each fold hold the target's values in the same shares as the whole; numbers by tenths.
        group: Rows with one value of this column are all in the same fold, so that nothing of them is learned from
            while they are judged. Rows where it is missing belong to nobody else.
        seed: For shuffling. The same rows and seed give the same folds.

    Raises:
        UnknownColumns: A column is not there.
        CannotFold: There are fewer rows, groups, or rows of a class, than folds.
    """
    asked = {"target": target if stratify else "", "group": group}
    for name, column in asked.items():
        if column and column not in rows.columns:
            raise UnknownColumns(columns=[column], known=rows.columns, asked_by=f"`{name}=`")
    classes = _classes(rows[target]) if stratify else np.zeros(len(rows), dtype=np.int64)
    groups = _groups(rows[group]) if group else np.arange(len(rows))
    _check(count, classes if stratify else None, groups, group, target)
    folds = np.zeros(len(rows), dtype=np.int64)
    splits = _splitter(count, stratify, bool(group), seed).split(groups, classes, groups if group else None)
    for number, (_, judged) in enumerate(splits):
        folds[judged] = number
    return folds


def is_classes(values: pl.Series) -> bool:
    """Whether a target is one of classes: texts, true or false, or few whole numbers."""
    if values.dtype.is_float() or values.dtype.is_temporal() or values.dtype.is_decimal():
        return False
    return not values.dtype.is_integer() or values.n_unique() <= _MOST_CLASSES


def _splitter(count: int, stratify: bool, grouped: bool, seed: int) -> Any:
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    if grouped:
        kind = StratifiedGroupKFold if stratify else GroupKFold
    else:
        kind = StratifiedKFold if stratify else KFold
    return kind(count, shuffle=True, random_state=seed)


def _classes(values: pl.Series) -> NDArray[np.int64]:
    """A small number for each value; of numbers, that of their tenth. What is missing is a class of its own."""
    if not is_classes(values):
        ranks = values.cast(pl.Float64).fill_nan(None).rank("ordinal")
        return np.asarray((ranks.cast(pl.Int64) * _BINS // (len(values) + 1)).fill_null(_BINS).to_numpy())
    return np.asarray(values.rank("dense").fill_null(0).cast(pl.Int64).to_numpy())


def _groups(values: pl.Series) -> NDArray[np.int64]:
    numbers = values.rank("dense").cast(pl.Int64)
    own = pl.Series(range(len(values))) + len(values) + 1
    return np.asarray(pl.select(pl.coalesce(numbers, own)).to_series().to_numpy())


def _check(count: int, classes: NDArray[np.int64] | None, groups: NDArray[np.int64], group: str, target: str) -> None:
    if count < 2:
        raise CannotFold(folds=count, reason="one part to learn from and one to be judged by are needed")
    there = len(np.unique(groups))
    if there < count:
        what = f"different values of '{group}'" if group else "rows"
        raise CannotFold(folds=count, reason=f"the table has {there:,} {what}")
    if classes is not None:
        rarest = int(np.unique(classes, return_counts=True)[1].min())
        if rarest < count:
            raise CannotFold(
                folds=count,
                reason=f"a value of '{target}' has {rarest:,} row{'s' * (rarest != 1)}",
                advice="leave rare values out, take fewer folds, or say `stratify=False`",
            )
