"""What a table looks like: inferred from data that is known to be good, enforced on data that comes later.

```python
schema = infer_schema(train_rows)
for anomaly in validate(new_rows, schema):
    print(anomaly)
```
"""

import math
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, field

from penstock.data.frames import as_lazy

if TYPE_CHECKING:
    import polars as pl

ANY_TYPE = "unknown"
"""The type of a column without a single value: anything fits it."""


class ColumnSchema(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is expected of one column."""

    name: str
    type: str
    """`integer`, `float`, `boolean`, `text`, `date`, `datetime`, `time`, `duration`, `binary`, `decimal`, `list[…]`,
    `struct`, or `unknown`. Text is text whether it is kept as strings or as categories."""
    nullable: bool = False
    """Whether values may be missing: null, or NaN in a column of floats."""
    minimum: int | float | str | None = None
    """Smallest value allowed; of dates and times in ISO 8601."""
    maximum: int | float | str | None = None
    categories: list[str] | None = None
    """The only texts allowed; None where there are too many to list."""


class TableSchema(Struct, frozen=True, kw_only=True):
    """What is expected of a table. A plain value: compares, and is JSON by `to_json` and `from_json`."""

    columns: list[ColumnSchema] = field(default_factory=list)
    rows: int = 0
    """How many it was inferred from; for information."""

    def column(self, name: str) -> ColumnSchema | None:
        """The column called `name`, if there is one."""
        return next((column for column in self.columns if column.name == name), None)

    def to_json(self) -> str:
        """As JSON text."""
        return msgspec.json.encode(self).decode()

    @staticmethod
    def from_json(text: str | bytes) -> "TableSchema":
        """From what `to_json` made."""
        return msgspec.json.decode(text, type=TableSchema)


def infer_schema(table: Any, *, max_categories: int = 50, margin: float = 0.1) -> TableSchema:
    """What `table` looks like, from two streaming passes over it.

    A column may have missing values later if it has some now. Numbers may lie outside the range that was seen by
    `margin` of its width, but do not change sign unless some did. Dates and times may be later, since
    time goes on, and not earlier than the first one by more than the margin. Texts must be among those that were
    seen, if those are few and repeat.

    Args:
        table: A frame of Polars or pandas, an Arrow table or dataset, a DuckDB relation, or a Parquet file.
        max_categories: With more different texts than this, any text is allowed.
        margin: How much wider than what was seen a range is, as a share of its width.
    """
    import polars as pl

    frame = as_lazy(table)
    types = {name: type_of(dtype) for name, dtype in frame.collect_schema().items()}
    seen = frame.select(pl.len().alias("rows"), *_summaries(types)).collect(engine="streaming").row(0, named=True)
    domains = _domains(frame, types, seen, max_categories)
    columns = []
    for index, (name, type) in enumerate(types.items()):
        missing = seen.get(f"{index}.missing", 0)
        empty = missing == seen["rows"]
        minimum, maximum = _range(type, seen.get(f"{index}.min"), seen.get(f"{index}.max"), margin)
        columns.append(
            ColumnSchema(
                name=name,
                type=ANY_TYPE if empty else type,
                nullable=missing > 0,
                minimum=None if seen.get(f"{index}.-inf") else minimum,
                maximum=None if seen.get(f"{index}.inf") else maximum,
                categories=domains.get(name),
            )
        )
    return TableSchema(columns=columns, rows=seen["rows"])


def type_of(dtype: "pl.DataType") -> str:
    """The type's name in a `ColumnSchema`."""
    import polars as pl

    if dtype.is_integer():
        return "integer"
    if dtype.is_float():
        return "float"
    if isinstance(dtype, pl.List | pl.Array):
        return f"list[{type_of(dtype.inner)}]"  # type: ignore[arg-type]
    named: dict[Any, str] = {
        pl.Boolean: "boolean",
        pl.String: "text",
        pl.Categorical: "text",
        pl.Enum: "text",
        pl.Date: "date",
        pl.Datetime: "datetime",
        pl.Time: "time",
        pl.Duration: "duration",
        pl.Binary: "binary",
        pl.Decimal: "decimal",
        pl.Struct: "struct",
    }
    return named.get(dtype.base_type(), ANY_TYPE)


def missing(name: str, type: str) -> "pl.Expr":
    """Whether a value is missing: null, or NaN."""
    import polars as pl

    column = pl.col(name)
    return column.is_null() | column.is_nan().fill_null(False) if type == "float" else column.is_null()


def _summaries(types: dict[str, str]) -> "list[pl.Expr]":
    import polars as pl

    found = []
    for index, (name, type) in enumerate(types.items()):
        column = pl.col(name)
        found.append(missing(name, type).sum().alias(f"{index}.missing"))
        if type == "text":
            found.append(column.cast(pl.String).n_unique().alias(f"{index}.unique"))
        elif type in ("integer", "float", "decimal", "date", "datetime"):
            present = column.filter(column.is_finite()) if type == "float" else column
            found += [present.min().alias(f"{index}.min"), present.max().alias(f"{index}.max")]
        if type == "float":
            found += [(column == bound).any().alias(f"{index}.{bound}") for bound in (math.inf, -math.inf)]
    return found


def _domains(
    frame: "pl.LazyFrame", types: dict[str, str], seen: dict[str, Any], max_categories: int
) -> dict[str, list[str]]:
    """The texts of each column that has few of them, each of which is there twice on average at least."""
    import polars as pl

    few = []
    for index, (name, type) in enumerate(types.items()):
        present = seen["rows"] - seen.get(f"{index}.missing", 0)
        unique = seen.get(f"{index}.unique", 0)
        if type == "text" and present and unique <= max_categories and 2 * unique <= present:
            few.append(name)
    if not few:
        return {}
    texts = [pl.col(name).cast(pl.String).drop_nulls().unique().sort().implode() for name in few]
    return {name: list(values) for name, values in frame.select(texts).collect().row(0, named=True).items()}


def _range(type: str, low: Any, high: Any, margin: float) -> tuple[Any, Any]:
    """The range to allow, given the one that was seen."""
    if low is None or high is None:
        return None, None
    if type in ("date", "datetime"):
        try:
            return (low - (high - low) * margin).isoformat(), None
        except OverflowError:  # that is before the year 1
            return None, None
    if type == "integer":
        room = math.ceil((high - low) * margin)
    else:
        low, high = float(low), float(high)
        room = (high - low) * margin
    below, above = low - room, high + room
    if low >= 0 > below:
        below = 0 * low
    if high <= 0 < above:
        above = 0 * high
    return _finite(below), _finite(above)


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None
