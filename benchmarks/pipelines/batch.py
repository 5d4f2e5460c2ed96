"""Batch inference of a model package over a Parquet file that stays where it is."""

from pathlib import Path

import pyarrow as pa

from penstock import component, pipeline
from penstock.components import batch_predict_files
from penstock.models import Model


@component
def opened(model: Path) -> Model:
    return Model.load(model)


@pipeline
def batch(model: Path, trips: str, rows_per_part: int) -> list[pa.RecordBatchReader]:
    return batch_predict_files(opened(model), trips, version="taxi/1", keep=["trip"], rows_per_part=rows_per_part)
