"""Batch inference as a pipeline: a table of any size, part by part, each part a task of its own.

So a run that was killed goes on with the parts that are missing, and a part that failed is tried again alone. A part is
read, predicted and written batch by batch: memory does not grow with the table.
"""

import logging
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from penstock.components.errors import ColumnTaken
from penstock.components.partitions import TablePart, parts_of_folder, parts_of_location
from penstock.components.row_predictions import PREDICTION, PROBABILITY, VERSION, RowPredictor
from penstock.core.json import Json
from penstock.dsl import component, each
from penstock.dsl.trace import need_trace
from penstock.features.errors import UnknownColumns
from penstock.models import Model

logger = logging.getLogger(__name__)

BATCH = 1 << 16
"""Rows that are predicted at once."""


class Chosen(NamedTuple):
    """One version of a model."""

    model: Model
    version: str
    """Its name and number, e.g. `taxi/3`."""


def batch_predict(
    model: Model,
    rows: Path,
    *,
    version: str,
    keep: list[str] | None = None,
    rows_per_part: int = 1_000_000,
    skip_refused: bool = False,
    parallelism: int = 0,
    trust: bool = False,
) -> list[pa.RecordBatchReader]:
    """Predict each row of a table, in parts. To be called in a pipeline.

    ```python
    @pipeline
    def score(trips: Path, model: str = "taxi@champion") -> list[pa.RecordBatchReader]:
        chosen = pick_model(model)
        return batch_predict(chosen.model, trips, version=chosen.version, keep=["trip_id"])
    ```

    Args:
        model: A model, such as `pick_model` gives it.
        rows: A Parquet file, a folder of them, or any table that a task made.
        version: What to write as `model_version` on each row.
        keep: Columns of the table to write beside the prediction; all of them, if not given, `[]` for none.
        rows_per_part: About so many rows in a part; a part is at least one row group of Parquet.
        skip_refused: Leave the prediction of a row empty that the model refuses, instead of failing.
        parallelism: At most so many parts at once; 0 is as many as there is room for.
        trust: Whether the model's original may be loaded whatever it is, also classes of the author's own, which come
            with the package: that runs their code.

    Returns:
        A table for each part, in the order of the rows: the columns that are kept, `prediction`, `probability`
        of the second of two classes or `probability_…` of each class, and `model_version`.

    Raises:
        OutsidePipeline: It was called elsewhere.
    """
    need_trace("components.batch_predict")
    found = []
    for part in each(list_parts(rows, rows_per_part), parallelism=parallelism):
        found.append(predict_part(model, rows, part, version, keep, skip_refused, trust))
    return found


def batch_predict_files(
    model: Model,
    location: str,
    *,
    version: str,
    keep: list[str] | None = None,
    rows_per_part: int = 1_000_000,
    skip_refused: bool = False,
    parallelism: int = 0,
    trust: bool = False,
) -> list[pa.RecordBatchReader]:
    """The same for files that stay where they are: nothing but the parts' own rows is read, and nothing is copied.

    Files are told apart by name, size and date: with a file added to the folder, only that one is predicted, and the
    rest comes from the cache.

    Args:
        model: As for `batch_predict`.
        location: A Parquet file, a folder, or a pattern such as `"s3://lake/trips/2026-*/*.parquet"`.
        version: As for `batch_predict`.
        keep: As for `batch_predict`.
        rows_per_part: As for `batch_predict`.
        skip_refused: As for `batch_predict`.
        parallelism: As for `batch_predict`.
        trust: As for `batch_predict`.
    """
    need_trace("components.batch_predict_files")
    found = []
    for part in each(list_files(location, rows_per_part), parallelism=parallelism):
        found.append(predict_file_part(model, part, version, keep, skip_refused, trust))
    return found


@component(name="pick-model", cache=False)
def pick_model(model: str) -> Chosen:
    """The version that a registered model's name stands for now: `"taxi@champion"`, `"taxi/3"`, or `"taxi"`.

    All parts of a run, and of its resumption, are predicted by that one, whatever is promoted meanwhile.
    """
    from penstock.components.registered import find_version

    found = find_version(model)
    return Chosen(found.model, found.version)


@component(name="list-parts")
def list_parts(rows: Path, rows_per_part: int = 1_000_000) -> list[dict[str, Json]]:
    """The parts of a table: which row groups of which file."""
    return [msgspec.to_builtins(part) for part in parts_of_folder(rows, rows_per_part)]


@component(name="list-files", cache=False)
def list_files(location: str, rows_per_part: int = 1_000_000) -> list[dict[str, Json]]:
    """The parts of files that stay where they are."""
    return [msgspec.to_builtins(part) for part in parts_of_location(location, rows_per_part)]


@component(name="predict-part")
def predict_part(
    model: Model,
    rows: Path,
    part: dict[str, Json],
    version: str,
    keep: list[str] | None = None,
    skip_refused: bool = False,
    trust: bool = False,
) -> pa.RecordBatchReader:
    """Predict one part of a table."""
    model = model.trusted() if trust else model
    chosen = msgspec.convert(part, TablePart)
    return _predict(model, rows / chosen.file if chosen.file else rows, chosen, version, keep, skip_refused)


@component(name="predict-file-part")
def predict_file_part(
    model: Model,
    part: dict[str, Json],
    version: str,
    keep: list[str] | None = None,
    skip_refused: bool = False,
    trust: bool = False,
) -> pa.RecordBatchReader:
    """Predict one part of a file that stays where it is."""
    model = model.trusted() if trust else model
    import fsspec

    chosen = msgspec.convert(part, TablePart)
    return _predict(model, fsspec.open(chosen.file, "rb").open(), chosen, version, keep, skip_refused)


def _predict(
    model: Model, source: Any, part: TablePart, version: str, keep: list[str] | None, skip_refused: bool
) -> pa.RecordBatchReader:
    predictor = RowPredictor(model, skip_refused=skip_refused)
    with pq.ParquetFile(source) as table:
        known = table.schema_arrow.names
    kept = known if keep is None else keep
    _check(predictor, known, kept)
    batches = predicted_batches(predictor, source, part, kept, version)
    first = next(batches)
    return pa.RecordBatchReader.from_batches(first.schema, chain([first], batches))


def predicted_batches(
    predictor: RowPredictor, source: Any, part: TablePart, keep: list[str], version: str
) -> Iterator[pa.RecordBatch]:
    """Read a part and predict it, batch by batch; at least one batch, if of no rows."""
    wanted = list(dict.fromkeys([*keep, *predictor.inputs]))
    groups = list(range(part.first, part.last + 1))
    with pq.ParquetFile(source, pre_buffer=False) as table:
        if not part.rows:
            schema = pa.schema([table.schema_arrow.field(name) for name in wanted])
            yield _with_predictions(pa.RecordBatch.from_pylist([], schema), predictor, keep, version)
            return
        for batch in table.iter_batches(BATCH, row_groups=groups, columns=wanted):
            yield _with_predictions(batch, predictor, keep, version)
    if predictor.refused:
        logger.warning(
            "%d of %d rows were refused by %s, and have no prediction", predictor.refused, part.rows, version
        )


def _with_predictions(batch: pa.RecordBatch, predictor: RowPredictor, keep: list[str], version: str) -> pa.RecordBatch:
    columns = {name: batch.column(name) for name in keep} | predictor.columns(batch)
    number = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int8()), len(batch)), [version])
    return pa.RecordBatch.from_pydict({**columns, VERSION: number})


def _check(predictor: RowPredictor, known: list[str], keep: list[str]) -> None:
    missing = [name for name in predictor.inputs if name not in known]
    if missing:
        raise UnknownColumns(columns=missing, known=known, asked_by="the model")
    unknown = [name for name in keep if name not in known]
    if unknown:
        raise UnknownColumns(columns=unknown, known=known, asked_by="`keep=`")
    taken = [name for name in keep if name in (PREDICTION, PROBABILITY, VERSION) or name.startswith(f"{PROBABILITY}_")]
    if taken:
        raise ColumnTaken(columns=taken)
