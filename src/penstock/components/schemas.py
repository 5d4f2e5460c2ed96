"""Schemas as tasks: what good rows look like, and holding others to it."""

from typing import Literal, NamedTuple

import polars as pl

from penstock import data
from penstock.components.data_errors import UnlikeSchema
from penstock.data.schema import TableSchema
from penstock.data.values import Markdown
from penstock.dsl import component


class Checked(NamedTuple):
    """Rows that were held against a schema."""

    rows: pl.LazyFrame
    """As they came."""
    anomalies: Markdown
    """What does not fit, in words."""


@component
def infer_schema(rows: pl.LazyFrame, *, max_categories: int = 50, margin: float = 0.1) -> TableSchema:
    """What `rows` look like: types, ranges, categories, whether values may be missing; as `penstock.data.infer_schema`.

    Args:
        rows: Rows that are known to be good.
        max_categories: With more different texts than this, any text is allowed.
        margin: How much wider than what was seen a range is, as a share of its width.
    """
    return data.infer_schema(rows, max_categories=max_categories, margin=margin)


@component
def check_schema(
    rows: pl.LazyFrame,
    schema: TableSchema,
    *,
    tolerance: float = 0.0,
    otherwise: Literal["fail", "report"] = "fail",
) -> Checked:
    """Hold rows against a schema, and pass them on.

    Args:
        rows: What to check. It streams.
        schema: From `infer_schema`, of rows that are known to be good.
        tolerance: An anomaly that concerns at most this share of the rows is reported, and does not fail.
        otherwise: Whether other anomalies `fail` the task, or are only in the report too.

    Raises:
        UnlikeSchema: The rows do not fit; the message names each column and what is wrong with it.
    """
    found = data.validate(rows, schema)
    total = int(rows.select(pl.len()).collect(engine="streaming").item()) if found else 0
    grave = [anomaly for anomaly in found if not total or anomaly.rows > tolerance * total]
    if grave and otherwise == "fail":
        raise UnlikeSchema(anomalies=[str(anomaly) for anomaly in grave])
    lines = [f"- {anomaly}" for anomaly in found] or ["The table fits its schema."]
    return Checked(rows, Markdown("\n".join(["# Anomalies", "", *lines, ""])))
