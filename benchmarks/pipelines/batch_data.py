"""What batch inference is measured on: a model of the taxi example's trips, and these trips many times over."""

import sys
from pathlib import Path

import polars as pl
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from penstock.compiled import to_float32
from penstock.models import Model

TRIPS = Path(__file__).parents[2] / "examples" / "taxi" / "data" / "chicago_taxi.csv"
NUMBERS = [
    "fare",
    "trip_miles",
    "trip_seconds",
    "trip_start_hour",
    "trip_start_day",
    "pickup_latitude",
    "pickup_longitude",
]
TEXTS = ["company", "payment_type"]
GROUP = 65_536


def write(folder: Path, rows: int) -> None:
    """The model's package in `model`, and `rows` trips in `trips.parquet`."""
    trips = pl.read_csv(TRIPS, infer_schema_length=None).select(*NUMBERS, *TEXTS, "tips")
    trips = trips.with_columns(pl.col("company").fill_null("?"), big_tip=pl.col("tips") > 0.2 * pl.col("fare")).drop(
        "tips"
    )
    model = make_pipeline(
        make_column_transformer(
            (StandardScaler(), NUMBERS),
            (OneHotEncoder(handle_unknown="ignore", min_frequency=50, sparse_output=False), TEXTS),
        ),
        to_float32(),
        HistGradientBoostingClassifier(max_leaf_nodes=16, random_state=0),
    )
    frame = trips.to_pandas()
    model.fit(frame[[*NUMBERS, *TEXTS]], frame["big_tip"])
    Model(model, data=trips, target="big_tip").save(folder / "model")
    many = pl.concat([trips] * -(-rows // len(trips))).head(rows).with_row_index("trip")
    many.write_parquet(folder / "trips.parquet", row_group_size=GROUP)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
