"""A table larger than the memory of each of its tasks, passed through lazy frames."""

import polars as pl

from penstock import component, pipeline


@component(memory="1500M", cache=False)
def generate(rows: int) -> pl.LazyFrame:
    """`rows` rows of eight random-looking float columns: 64 bytes a row."""
    n = pl.int_range(rows, dtype=pl.Int64, eager=False)
    frame = pl.select(n=n).lazy()
    return frame.with_columns([((pl.col("n") * (i + 3)) % 1_000_003 / 7.0).alias(f"x{i}") for i in range(8)]).drop("n")


@component(memory="1500M", cache=False)
def scale(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_columns(pl.all() * 2.0).filter(pl.col("x0") > 10.0)


@component(memory="1500M", cache=False)
def total(rows: pl.LazyFrame) -> float:
    return float(rows.select(pl.col("x0").sum()).collect(engine="streaming").item())


@pipeline
def large(rows: int = 60_000_000) -> float:
    return total(scale(generate(rows)))
