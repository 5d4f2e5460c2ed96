"""Tables of any shape come back as they were, whatever wrote them; a table fits the schema inferred from it."""

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from polars.testing.parametric import dataframes

from penstock.data import converter_for, infer_schema, validate

FAST = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FRAMES = dataframes(
    min_cols=0,
    max_cols=4,
    max_size=6,
    allow_null=True,
    excluded_dtypes=[pl.Categorical, pl.Enum, pl.Decimal],
)
ARROW_FRAMES = dataframes(
    min_cols=0,
    max_cols=4,
    max_size=6,
    excluded_dtypes=[pl.Categorical, pl.Enum, pl.Decimal, pl.Int128, pl.UInt128, pl.Float16],
)


def there_and_back(value: Any, annotation: Any) -> Any:
    converter = converter_for(annotation)
    assert converter is not None
    with tempfile.TemporaryDirectory() as folder:
        converter.save(value, Path(folder) / "t.parquet")
        loaded = converter.load(Path(folder) / "t.parquet", annotation, {})
        if isinstance(loaded, pl.LazyFrame):
            return loaded.collect()
        return loaded.to_table() if isinstance(loaded, ds.Dataset) else loaded


@FAST
@given(FRAMES)
def test_polars_frames_come_back(frame: pl.DataFrame) -> None:
    assert_frame_equal(there_and_back(frame, pl.DataFrame), frame)
    assert_frame_equal(there_and_back(frame.lazy(), pl.LazyFrame), frame)


@FAST
@given(ARROW_FRAMES)
def test_arrow_tables_and_datasets_come_back(frame: pl.DataFrame) -> None:
    table = frame.to_arrow()
    for found in (there_and_back(table, pa.Table), there_and_back(ds.dataset(table), ds.Dataset)):
        assert found.schema.names == table.schema.names
        assert_frame_equal(pl.DataFrame(found), pl.DataFrame(table))


@st.composite
def pandas_frames(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(0, 5))
    column = st.one_of(
        st.lists(st.integers(-(2**63), 2**63 - 1), min_size=rows, max_size=rows).map(
            lambda v: pd.Series(v, dtype="int64")
        ),
        st.lists(st.floats(), min_size=rows, max_size=rows).map(lambda v: pd.Series(v, dtype="float64")),
        st.lists(st.booleans(), min_size=rows, max_size=rows).map(lambda v: pd.Series(v, dtype="bool")),
        st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), min_size=rows, max_size=rows).map(
            lambda v: pd.Series(v, dtype="str")
        ),
        st.lists(st.none() | st.integers(0, 9), min_size=rows, max_size=rows).map(
            lambda v: pd.Series(v, dtype="Int64")
        ),
        st.lists(st.integers(0, 2**40), min_size=rows, max_size=rows).map(
            lambda v: (
                pd.Series(pd.to_datetime(v, unit="ms", utc=True)).dt.tz_convert("America/New_York").dt.as_unit("ms")
            )
        ),
    )
    names = draw(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), unique=True, max_size=3))
    frame = pd.DataFrame({name: draw(column) for name in names}, index=range(rows))
    if rows and draw(st.booleans()):
        frame.index = pd.Index(draw(st.lists(st.text("abc"), min_size=rows, max_size=rows)), name="key", dtype="str")
    return frame.drop(columns=["key"], errors="ignore")


@FAST
@given(pandas_frames())
def test_pandas_frames_come_back(frame: pd.DataFrame) -> None:
    found = there_and_back(frame, pd.DataFrame)
    if frame.columns.empty:
        assert len(found.columns) == 0
    else:
        pd.testing.assert_frame_equal(found, frame)


@FAST
@given(FRAMES, st.sampled_from([0.0, 0.1, 2.0]))
def test_a_table_fits_the_schema_inferred_from_it(frame: pl.DataFrame, margin: float) -> None:
    assert [str(anomaly) for anomaly in validate(frame, infer_schema(frame, margin=margin))] == []
