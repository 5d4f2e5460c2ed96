"""Outliers: values or rows far from the others, left out or brought back to where the others are.

Bounds come from one streaming pass (a profile), so that the table is never whole in memory; quantiles are exact for
columns of up to 1,000 different values, and within 0.5 % of the rows for others.
"""

from typing import Any, Literal, NamedTuple

import polars as pl

from penstock.components.data_errors import AbsentColumns, BadChoice
from penstock.dsl import component
from penstock.profiles.profiler import profile

_SAMPLE = 20_000
_WIDE = 1e30
_FLOAT32 = 3e38
"""The forest computes with such floats."""


class Tamed(NamedTuple):
    """A table without outliers, or with them clipped."""

    rows: pl.LazyFrame
    bounds: pl.DataFrame
    """For each column: `column`, `low` and `high` (what is beyond is an outlier), and how many values are `below` and
    `above`. Of an isolation forest: one row, whose `below` is the number of rows left out."""


@component
def drop_outliers(
    rows: pl.LazyFrame,
    *,
    columns: list[str] | None = None,
    method: Literal["iqr", "z", "isolation_forest"] = "iqr",
    limit: float | None = None,
    seed: int = 0,
) -> Tamed:
    """Leave out the rows with a value far from the others.

    Missing values are no outliers; infinite ones always are, but for the forest, which leaves them to the others.

    Args:
        rows: The table.
        columns: Those to look at; all numbers if None.
        method: `iqr`: more than `limit` (1.5 unless given) interquartile ranges outside of the quartiles; `z`: more
            than `limit` (3) standard deviations from the mean; `isolation_forest`: the share `limit` (0.01) of the rows
            that scikit-learn's isolation forest, learned from a sample, finds easiest to tell from the others.
        limit: See `method`.
        seed: For the forest and its sample.

    Raises:
        AbsentColumns: A column is not there.
        BadChoice: A column holds no numbers, or `limit` is out of range.
    """
    names = _numbers(rows, columns)
    if method == "isolation_forest":
        return _without_lonely(rows, names, 0.01 if limit is None else limit, seed)
    bounds = _bounds(rows, names, method, limit)
    kept = [_within(name, low, high) for name, (low, high) in bounds.items()]
    return Tamed(rows.filter(pl.all_horizontal(kept)) if kept else rows, _counted(rows, bounds))


@component
def clip_outliers(
    rows: pl.LazyFrame,
    *,
    columns: list[str] | None = None,
    method: Literal["iqr", "z"] = "iqr",
    limit: float | None = None,
) -> Tamed:
    """Bring values far from the others to the bound beyond which they would be outliers. No row is left out.

    Integers stay integers: the bound is the nearest one inside.

    Args:
        rows: The table.
        columns: Those to look at; all numbers if None.
        method: As in `drop_outliers`.
        limit: As in `drop_outliers`.

    Raises:
        AbsentColumns: A column is not there.
        BadChoice: A column holds no numbers, or `limit` is out of range.
    """
    bounds = _bounds(rows, _numbers(rows, columns), method, limit)
    dtypes = rows.collect_schema()
    clipped = [_clipped(name, dtypes[name], low, high) for name, (low, high) in bounds.items()]
    return Tamed(rows.with_columns(clipped), _counted(rows, bounds))


def _numbers(rows: pl.LazyFrame, columns: list[str] | None) -> list[str]:
    schema = rows.collect_schema()
    if columns is None:
        return [name for name, dtype in schema.items() if dtype.is_numeric()]
    absent = [name for name in columns if name not in schema]
    if absent:
        raise AbsentColumns(columns=absent, known=schema.names())
    for name in columns:
        if not schema[name].is_numeric():
            raise BadChoice(
                argument="columns", value=name, expected=f"columns of numbers; this one holds {schema[name]}"
            )
    return columns


def _bounds(rows: pl.LazyFrame, names: list[str], method: str, limit: float | None) -> dict[str, tuple[float, float]]:
    """For each column with values, between which all that is no outlier lies."""
    if limit is not None and not limit > 0:
        raise BadChoice(argument="limit", value=str(limit), expected="a number above 0")
    found = {}
    for name, column in (profile(rows, columns=names).columns if names else {}).items():
        if column.distribution is None or not column.distribution.n:
            continue
        if method == "iqr":
            first, third = (float(value) for value in column.distribution.quantiles([0.25, 0.75]))
            reach = (1.5 if limit is None else limit) * (third - first)
            found[name] = (first - reach, third + reach)
        else:
            middle, reach = float(column.moments.mean), (3.0 if limit is None else limit) * (column.std or 0.0)
            found[name] = (middle - reach, middle + reach)
    return found


def _within(name: str, low: float, high: float) -> pl.Expr:
    value = pl.col(name)
    return (value.is_between(low, high) | value.cast(pl.Float64).is_nan()).fill_null(True)


def _clipped(name: str, dtype: pl.DataType, low: float, high: float) -> pl.Expr:
    import math

    value = pl.col(name)
    if dtype.is_integer():
        inner = (math.ceil(max(low, -_WIDE)), math.floor(min(high, _WIDE)))
        if inner[0] > inner[1]:
            inner = (round((low + high) / 2),) * 2
        wide = value.cast(pl.Int128)  # a bound may be more than the type holds
        return wide.clip(pl.lit(inner[0], pl.Int128), pl.lit(inner[1], pl.Int128)).cast(dtype)
    return (
        pl.when(value.is_nan() if dtype.is_float() else False).then(value).otherwise(value.clip(low, high)).cast(dtype)
    )


def _counted(rows: pl.LazyFrame, bounds: dict[str, tuple[float, float]]) -> pl.DataFrame:
    counts: dict[str, Any] = {}
    if bounds:
        below = [
            (pl.col(name) < low).sum().alias(f"{place}.below") for place, (name, (low, _)) in enumerate(bounds.items())
        ]
        above = [
            ((pl.col(name) > high) & pl.col(name).cast(pl.Float64).is_not_nan()).sum().alias(f"{place}.above")
            for place, (name, (_, high)) in enumerate(bounds.items())
        ]
        counts = rows.select(*below, *above).collect(engine="streaming").row(0, named=True)
    lines = [
        (name, low, high, counts[f"{place}.below"], counts[f"{place}.above"])
        for place, (name, (low, high)) in enumerate(bounds.items())
    ]
    schema = {"column": pl.String, "low": pl.Float64, "high": pl.Float64, "below": pl.Int64, "above": pl.Int64}
    return pl.DataFrame(lines, schema=schema, orient="row")


def _without_lonely(rows: pl.LazyFrame, names: list[str], share: float, seed: int) -> Tamed:
    from sklearn.ensemble import IsolationForest

    if not 0 < share <= 0.5:
        raise BadChoice(argument="limit", value=str(share), expected="a share of the rows above 0, and 0.5 at most")
    total = int(rows.select(pl.len()).collect(engine="streaming").item())
    if not names or not total:
        return Tamed(rows, _counted(rows, {}))
    plain = [_finite(name) for name in names]
    sample = rows.select(plain).gather_every(max(1, total // _SAMPLE)).collect()
    middles = {name: value if value is not None else 0.0 for name, value in sample.median().row(0, named=True).items()}
    filled = [_finite(name).fill_null(middles[name]) for name in names]
    forest = IsolationForest(contamination=share, random_state=seed)
    forest.fit(sample.with_columns(pl.col(name).fill_null(middle) for name, middle in middles.items()).to_numpy())

    def usual(columns: pl.Series) -> pl.Series:
        return pl.Series(forest.predict(columns.struct.unnest().to_numpy()) > 0)

    mark = pl.struct(filled).map_batches(usual, return_dtype=pl.Boolean, is_elementwise=True)
    kept = rows.filter(mark)
    left_out = total - int(kept.select(pl.len()).collect(engine="streaming").item())
    line = {"column": [", ".join(names)], "low": [None], "high": [None], "below": [left_out], "above": [0]}
    schema = {"column": pl.String, "low": pl.Float64, "high": pl.Float64, "below": pl.Int64, "above": pl.Int64}
    return Tamed(kept, pl.DataFrame(line, schema=schema))


def _finite(name: str) -> pl.Expr:
    value = pl.col(name).cast(pl.Float64)
    return pl.when(value.is_finite()).then(value.clip(-_FLOAT32, _FLOAT32)).alias(name)
