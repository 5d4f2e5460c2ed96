"""The same three steps over the large table as one plain script, with the same files in between: the floor."""

import sys
from pathlib import Path

import polars as pl

rows, folder = int(sys.argv[1]), Path(sys.argv[2])

frame = pl.select(n=pl.int_range(rows, dtype=pl.Int64, eager=False)).lazy()
frame = frame.with_columns([((pl.col("n") * (i + 3)) % 1_000_003 / 7.0).alias(f"x{i}") for i in range(8)]).drop("n")
frame.sink_parquet(folder / "generated.parquet", compression="lz4")

scaled = pl.scan_parquet(folder / "generated.parquet").with_columns(pl.all() * 2.0).filter(pl.col("x0") > 10.0)
scaled.sink_parquet(folder / "scaled.parquet", compression="lz4")

print(pl.scan_parquet(folder / "scaled.parquet").select(pl.col("x0").sum()).collect(engine="streaming").item())
