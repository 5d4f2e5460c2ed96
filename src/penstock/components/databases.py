"""Tables from data bases and into them: any that SQLAlchemy speaks with. What is written comes in one transaction."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from penstock.components.data_errors import AbsentColumns, BadChoice, CannotExport, DatabaseRefused
from penstock.components.text_types import given_type
from penstock.core.urls import without_secrets
from penstock.dsl import component

if TYPE_CHECKING:
    import sqlalchemy as sa

_BATCH = 20_000


@component(cache=False)
def read_sql(query: str, connection: str, *, types: dict[str, str] | None = None) -> pl.LazyFrame:
    """Read what a query gives.

    Never cached: the data base may hold something else by now.

    Args:
        query: In the data base's own SQL.
        connection: A URL of SQLAlchemy, such as `postgresql+psycopg://host/name` or `sqlite:///file.db`; or `$NAME`,
            the environment variable that holds it. A password belongs there: parameters are kept in the record of
            runs, and `read_sql.with_options(secrets={"NAME": "database/url"})` sets the variable for the task alone.
        types: The types of all columns, as in `read_csv`. With them the rows are a stream, whatever their number;
            without them, types are found by looking at all of the rows, in memory.

    Raises:
        DatabaseRefused: The data base is away, or does not take the query.
        BadChoice: The environment variable is not set, or a type is not known.
    """
    if types is None:
        frames = list(_frames(query, connection, None))
        return pl.concat(frames, how="vertical_relaxed").lazy()
    from polars.io.plugins import register_io_source

    schema = pl.Schema({name: given_type(type, name, ".").dtype for name, type in types.items()})

    def rows(
        columns: list[str] | None, predicate: pl.Expr | None, limit: int | None, _size: int | None
    ) -> Iterator[pl.DataFrame]:
        left = limit
        for frame in _frames(query, connection, schema):
            if left is not None:
                frame, left = frame.head(left), left - min(left, frame.height)
            frame = frame if columns is None else frame[columns]
            yield frame if predicate is None else frame.filter(predicate)
            if left == 0:
                return

    return register_io_source(rows, schema=schema)


@component(cache=False)
def export_sql(
    rows: pl.LazyFrame,
    table: str,
    connection: str,
    *,
    schema: str = "",
    existing: Literal["fail", "append", "replace"] = "fail",
) -> int:
    """Write a table to a data base, in one transaction: all rows are there afterwards, or none.

    Args:
        rows: What to write. It streams.
        table: The data base's table; it is made if it is not there.
        connection: As in `read_sql`.
        schema: The data base's schema; its default if empty.
        existing: What to do if the table is there: `fail`, `append` to it, or `replace` it.

    Returns:
        How many rows were written.

    Raises:
        CannotExport: The table is there, or a column's type has no place in a data base.
        DatabaseRefused: The data base is away, or does not take the rows.
    """
    import sqlalchemy as sa

    place = f"{table} in {_shown(connection)}"
    columns = [sa.Column(name, _sql_type(name, dtype, place)) for name, dtype in rows.collect_schema().items()]
    target = sa.Table(table, sa.MetaData(), *columns, schema=schema or None)
    written = 0
    with _connected(connection, writes=True) as link:
        there = sa.inspect(link).has_table(table, schema or None)
        if there and existing == "fail":
            advice = 'give `existing="append"` or `existing="replace"`, or another name'
            raise CannotExport(place=place, reason="there is a table of that name already", advice=advice)
        if there and existing == "replace":
            target.drop(link)
        if not there or existing == "replace":
            target.create(link)
        for part in rows.collect_batches(chunk_size=_BATCH, maintain_order=True):
            if part.height:
                link.execute(sa.insert(target), part.to_dicts())
                written += part.height
    return written


def _frames(query: str, connection: str, schema: pl.Schema | None) -> Iterator[pl.DataFrame]:
    import sqlalchemy as sa

    with _connected(connection) as link:
        found = link.execution_options(stream_results=True, yield_per=_BATCH).execute(sa.text(query))
        names = list(found.keys())
        _refuse_twins(names, connection)
        some = False
        for part in found.partitions():
            some = True
            values = {name: [row[place] for row in part] for place, name in enumerate(names)}
            frame = pl.DataFrame(values, strict=False, infer_schema_length=None)
            yield frame if schema is None else _cast(frame, schema)
        if not some:
            yield pl.DataFrame(schema=schema or dict.fromkeys(names, pl.String))


def _cast(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    absent = [name for name in schema if name not in frame.columns]
    if absent:
        raise AbsentColumns(columns=absent, known=frame.columns)
    return pl.DataFrame([frame[name].cast(dtype) for name, dtype in schema.items()])


@contextmanager
def _connected(connection: str, *, writes: bool = False) -> "Iterator[sa.Connection]":
    import sqlalchemy as sa

    url = _url(connection)
    try:
        engine = sa.create_engine(url)
        if engine.dialect.name == "sqlite":
            _whole_transactions(engine)
        try:
            with engine.begin() if writes else engine.connect() as link:
                yield link
        finally:
            engine.dispose()
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise DatabaseRefused(place=_shown(connection), reason=reason) from error


def _whole_transactions(engine: "sa.Engine") -> None:
    """Have SQLite begin transactions at once: Python's driver begins late, and making a table is not in it."""
    import sqlalchemy as sa

    @sa.event.listens_for(engine, "connect")
    def leave_it_to_us(raw: Any, _record: Any) -> None:
        raw.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin(link: Any) -> None:
        link.exec_driver_sql("BEGIN")


def _url(connection: str) -> str:
    if not connection.startswith("$"):
        return connection
    url = os.environ.get(connection[1:])
    if not url:
        expected = f"a URL, or set the environment variable {connection[1:]}"
        raise BadChoice(argument="connection", value=connection, expected=expected)
    return url


def _shown(connection: str) -> str:
    return connection if connection.startswith("$") else without_secrets(connection)


def _refuse_twins(names: list[str], connection: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        reason = f"the query gives more than one column called {', '.join(map(repr, twice))}"
        raise DatabaseRefused(place=_shown(connection), reason=reason, advice="name them in the query: `… AS other`")


def _sql_type(name: str, dtype: pl.DataType, place: str) -> Any:
    import sqlalchemy as sa

    if dtype.is_integer():
        return sa.BigInteger()
    if dtype.is_float():
        return sa.Double()
    if isinstance(dtype, pl.Decimal):
        return sa.Numeric(dtype.precision, dtype.scale)
    if isinstance(dtype, pl.Datetime):
        return sa.DateTime(timezone=dtype.time_zone is not None)
    simple: dict[Any, Any] = {
        pl.Boolean: sa.Boolean(),
        pl.Date: sa.Date(),
        pl.Time: sa.Time(),
        pl.String: sa.Text(),
        pl.Categorical: sa.Text(),
        pl.Enum: sa.Text(),
        pl.Binary: sa.LargeBinary(),
        pl.Null: sa.Text(),
    }
    found = simple.get(dtype.base_type())
    if found is None:
        advice = "make a text of it before, e.g. as JSON, or leave it out"
        raise CannotExport(place=place, reason=f"column '{name}' is of type {dtype}", advice=advice)
    return found
