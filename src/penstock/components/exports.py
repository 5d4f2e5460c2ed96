"""Tables to files outside of the store: CSV, Parquet, JSON lines, Excel. Nothing half-written is ever there."""

import os
import tempfile
from importlib.util import find_spec
from pathlib import Path

import polars as pl

from penstock.components.data_errors import BadChoice, CannotExport
from penstock.dsl import component

_EXCEL_ROWS = 1_048_575


@component(cache=False)
def export_file(rows: pl.LazyFrame, to: str) -> int:
    """Write a table to a file, whose ending says how: `.csv`, `.csv.gz`, `.parquet`, `.jsonl`, `.xlsx`.

    It streams, but for Excel. The file gets its name when it is whole; one that was there is replaced then. Never
    cached.

    Args:
        rows: What to write.
        to: A path, or a URL of fsspec such as `s3://bucket/rows.parquet`.

    Returns:
        How many rows were written.

    Raises:
        BadChoice: The ending is none of those.
        CannotExport: The place cannot be written, or the form cannot hold the table.
    """
    ending = next((each for each in _WRITERS if to.lower().endswith(each)), None)
    if ending is None:
        raise BadChoice(argument="to", value=to, expected=f"a name that ends with one of {', '.join(_WRITERS)}")
    remote = "://" in to
    target = Path(to)
    folder = None if remote else target.parent
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".penstock-export-", dir=folder) as scratch:
            made = Path(scratch) / f"rows{ending}"
            written = _WRITERS[ending](rows, made, to)
            if remote:
                _upload(made, to)
            else:
                made.replace(target)
    except OSError as error:
        raise CannotExport(place=to, reason=error.strerror or str(error)) from error
    except pl.exceptions.PolarsError as error:
        raise CannotExport(place=to, reason=" ".join(str(error).split())[:300]) from error
    return written


def _upload(made: Path, to: str) -> None:
    import fsspec

    files, path = fsspec.core.url_to_fs(to)
    files.put_file(os.fspath(made), path)


def _csv(rows: pl.LazyFrame, made: Path, to: str) -> int:
    rows.sink_csv(made, compression="gzip" if to.lower().endswith(".gz") else "uncompressed")
    return _counted(rows)


def _parquet(rows: pl.LazyFrame, made: Path, _to: str) -> int:
    rows.sink_parquet(made)
    return int(pl.scan_parquet(made, glob=False).select(pl.len()).collect().item())


def _lines(rows: pl.LazyFrame, made: Path, _to: str) -> int:
    rows.sink_ndjson(made)
    with made.open("rb") as stream:
        return sum(1 for _ in stream)


def _excel(rows: pl.LazyFrame, made: Path, to: str) -> int:
    if find_spec("xlsxwriter") is None:
        advice = "install it: `pip install 'penstock[excel]'`"
        raise CannotExport(place=to, reason="the package xlsxwriter is not installed", advice=advice)
    frame = rows.head(_EXCEL_ROWS + 1).collect()
    if frame.height > _EXCEL_ROWS:
        advice = "export it as Parquet or CSV, or a part of it"
        raise CannotExport(place=to, reason=f"a sheet holds {_EXCEL_ROWS:,} rows at most", advice=advice)
    zoned = [name for name, dtype in frame.schema.items() if getattr(dtype, "time_zone", None)]
    frame = frame.with_columns(pl.col(zoned).dt.replace_time_zone(None))  # a sheet knows no time zones
    frame.write_excel(made, autofit=True)
    return frame.height


def _counted(rows: pl.LazyFrame) -> int:
    return int(rows.select(pl.len()).collect(engine="streaming").item())


_WRITERS = {".csv": _csv, ".csv.gz": _csv, ".parquet": _parquet, ".jsonl": _lines, ".xlsx": _excel}
