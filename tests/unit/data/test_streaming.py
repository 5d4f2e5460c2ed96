"""Tables larger than memory pass through: what is held at once does not grow with the table."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from penstock.data import converter_for

MEGABYTES = 480
"""Of the table in memory; on disk it is small, since its columns are runs of equal numbers."""

PASS_THROUGH = """
import pathlib, resource, sys
import polars, pyarrow.dataset, pyarrow.parquet
from penstock.data import converter_for

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

source = pathlib.Path(sys.argv[1])
types = {"polars": polars.LazyFrame, "arrow": pyarrow.dataset.Dataset, "reader": pyarrow.RecordBatchReader}
annotation = types[sys.argv[2]]
converter, before = converter_for(annotation), peak()
facts = converter.save(converter.load(source, annotation, {}), source.with_name("out.parquet"))
print(facts["rows"], peak() - before)
"""


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("large") / "rows.parquet"
    numbers = pl.LazyFrame({"n": [0]}).select(pl.int_range(0, MEGABYTES * 25_000).alias("n"))
    converter = converter_for(pl.LazyFrame)
    assert converter is not None
    converter.save(numbers.select((pl.col("n") // 1_000_000 + i).alias(f"c{i}") for i in range(5)), source)
    return source


@pytest.mark.parametrize("library", ["polars", "arrow", "reader"])
def test_a_streamed_table_is_never_whole_in_memory(library: str, table: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PASS_THROUGH, str(table), library], capture_output=True, text=True, check=True
    )
    rows, grown = map(int, done.stdout.split())
    assert rows == MEGABYTES * 25_000
    assert grown < MEGABYTES * 0.6
