"""What the champion says of trips, part by part, with its version on each row.

penstock run examples/taxi/release.py
penstock run examples/taxi/scoring.py
"""

from pathlib import Path

import pyarrow as pa

from penstock import pipeline
from penstock.components import batch_predict, pick_model
from pipeline import TRIPS, derive_inputs, load


@pipeline
def scores(
    source: Path = TRIPS, model: str = "taxi@champion", rows_per_part: int = 5_000
) -> list[pa.RecordBatchReader]:
    """How probable is a big tip, for each trip?"""
    trips = derive_inputs(load(source))
    chosen = pick_model(model)
    return batch_predict(
        chosen.model,
        trips,
        version=chosen.version,
        keep=["trip_start_timestamp", "company", "fare"],
        rows_per_part=rows_per_part,
    )
