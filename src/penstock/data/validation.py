"""Holding a table against its schema, and saying in words what does not fit."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from penstock.core.json import Json
from penstock.data.frames import as_lazy
from penstock.data.schema import ANY_TYPE, ColumnSchema, TableSchema, missing, type_of

if TYPE_CHECKING:
    import polars as pl

_EXAMPLES = 5


class Anomaly(Struct, frozen=True, kw_only=True):
    """One way in which a table does not fit its schema. `str()` explains it."""

    column: str
    """Empty if it is about the whole table."""
    kind: str
    """`no rows`, `column missing`, `column unexpected`, `wrong type`, `values missing`, `too small`, `too large`,
    `unknown category`."""
    expected: str
    """In words, e.g. `at least 0`."""
    found: str
    """In words, e.g. `text`, or `3 of 1,000 rows`."""
    rows: int = 0
    """How many rows are concerned."""
    examples: list[Json] = field(default_factory=list)
    """Some of the values, each once."""

    def __str__(self) -> str:
        where = f"column {self.column!r}" if self.column else "the table"
        shown = f", such as {', '.join(repr(example) for example in self.examples)}" if self.examples else ""
        return f"{where}: {self.kind}; expected {self.expected}, found {self.found}{shown}"


def validate(table: Any, schema: TableSchema) -> list[Anomaly]:
    """Everything in which `table` does not fit `schema`; an empty list if it fits.

    The order of columns does not matter, and neither does how wide an integer is. Whole numbers fit a column of floats.

    Args:
        table: A frame of Polars or pandas, an Arrow table or dataset, a DuckDB relation, or a Parquet file.
        schema: What to expect, e.g. from `infer_schema`.
    """
    import polars as pl

    frame = as_lazy(table)
    dtypes = dict(frame.collect_schema())
    checks = [
        check for column in schema.columns if column.name in dtypes for check in _checks(column, dtypes[column.name])
    ]
    counts = frame.select(
        pl.len().alias("rows"), *(check.bad.sum().alias(str(index)) for index, check in enumerate(checks))
    )
    seen = counts.collect(engine="streaming").row(0, named=True)
    broken = [(check, seen[str(index)]) for index, check in enumerate(checks) if seen[str(index)]]
    examples = _examples(frame, [check for check, _ in broken])
    return [
        *_table_anomalies({name: type_of(dtype) for name, dtype in dtypes.items()}, schema, seen["rows"]),
        *(check.anomaly(count, seen["rows"], shown) for (check, count), shown in zip(broken, examples, strict=True)),
    ]


class _Check:
    """One question about one column: which rows are bad?"""

    def __init__(self, column: str, kind: str, expected: str, bad: "pl.Expr", found: str = "") -> None:
        self.column, self.kind, self.expected, self.found = column, kind, expected, found
        self.bad = bad.fill_null(False)

    def anomaly(self, count: int, rows: int, examples: list[Json]) -> Anomaly:
        share = f"{count:,} of {rows:,} rows"
        return Anomaly(
            column=self.column,
            kind=self.kind,
            expected=self.expected,
            found=f"{self.found} in {share}" if self.found else share,
            rows=count,
            examples=examples,
        )


def _table_anomalies(types: dict[str, str], schema: TableSchema, rows: int) -> Iterator[Anomaly]:
    known = {column.name for column in schema.columns}
    if rows == 0 and schema.rows > 0:
        yield Anomaly(column="", kind="no rows", expected="at least one row", found="none")
    for column in schema.columns:
        if column.name not in types:
            expected = f"a column of type {column.type}"
            yield Anomaly(column=column.name, kind="column missing", expected=expected, found="none", rows=rows)
    for name, type in types.items():
        if name not in known:
            found = f"one of type {type}"
            yield Anomaly(column=name, kind="column unexpected", expected="no such column", found=found, rows=rows)


def _checks(column: ColumnSchema, dtype: "pl.DataType") -> Iterator[_Check]:
    import polars as pl

    name, type = column.name, type_of(dtype)
    value, absent = pl.col(name), missing(name, type)
    if not column.nullable:
        yield _Check(name, "values missing", "a value in every row", absent)
    if ANY_TYPE in (column.type, type):
        return
    if (column.type, type) == ("integer", "float"):
        whole = (value == value.round()) & value.is_finite()
        yield _Check(name, "wrong type", "integer", ~whole & ~absent, "float with a fraction")
    elif (column.type, type) == ("date", "datetime"):
        yield _Check(name, "wrong type", "date", value.dt.date().cast(dtype) != value, "datetime with a time of day")
        value = value.dt.date()
    elif column.type != type and (column.type, type) not in (("float", "integer"), ("float", "decimal")):
        yield _Check(name, "wrong type", column.type, ~absent, type)
        return
    yield from _bounds(column, _on_one_clock(value, dtype) if column.type == "datetime" else value, absent)


def _bounds(column: ColumnSchema, value: "pl.Expr", absent: "pl.Expr") -> Iterator[_Check]:
    import polars as pl

    if column.minimum is not None:
        bad = ~absent & (value < _bound(column.minimum, column.type))
        yield _Check(column.name, "too small", f"at least {column.minimum}", bad)
    if column.maximum is not None:
        bad = ~absent & (value > _bound(column.maximum, column.type))
        yield _Check(column.name, "too large", f"at most {column.maximum}", bad)
    if column.categories is not None:
        bad = ~value.cast(pl.String).is_in(column.categories)
        yield _Check(column.name, "unknown category", f"one of {_listed(column.categories)}", bad)


def _on_one_clock(value: "pl.Expr", dtype: "pl.DataType") -> "pl.Expr":
    """Times by UTC, whatever zone the column has; a column without a zone is taken to be UTC."""
    zoned = getattr(dtype, "time_zone", None)
    return value.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if zoned else value


def _bound(bound: float | str, type: str) -> Any:
    if not isinstance(bound, str):
        return bound
    if type == "date":
        return date.fromisoformat(bound)
    moment = datetime.fromisoformat(bound)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _examples(frame: "pl.LazyFrame", checks: list[_Check]) -> list[list[Json]]:
    import polars as pl

    if not checks:
        return []
    values = [
        pl.col(check.column)
        .filter(check.bad)
        .drop_nulls()
        .unique(maintain_order=True)
        .head(0 if check.kind == "values missing" else _EXAMPLES)
        .implode()
        for check in checks
    ]
    row = frame.select(value.alias(str(index)) for index, value in enumerate(values)).collect().row(0)
    return [[_shown(item) for item in shown] for shown in row]


def _shown(value: Any) -> Json:
    return value if isinstance(value, bool | int | str) or (isinstance(value, float) and value == value) else str(value)


def _listed(categories: list[str]) -> str:
    shown = ", ".join(repr(item) for item in categories[:10])
    return shown + (f", … ({len(categories)} in all)" if len(categories) > 10 else "")
