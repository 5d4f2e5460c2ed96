"""Rows in, the same rows out with predictions, part by part."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from penstock.components.batch_inference import list_files, list_parts, predict_file_part, predict_part
from penstock.components.errors import ColumnTaken, RowsRefused
from penstock.components.row_predictions import RowPredictor
from penstock.features.errors import UnknownColumns
from penstock.models import Model


@pytest.fixture
def table(tmp_path: Path, rows: pl.DataFrame) -> Path:
    file = tmp_path / "rows.parquet"
    rows.with_row_index("id").write_parquet(file, row_group_size=400)
    return file


def predicted(model: Model, table: Path, **options: Any) -> pl.DataFrame:
    parts = list_parts(table, 500)
    done = [predict_part(model, table, part, "game/3", **options) for part in parts]
    return pl.concat([pl.DataFrame(one.read_all()) for one in done])


def test_every_row_is_predicted_in_its_place_with_the_version(better: Model, table: Path, rows: pl.DataFrame) -> None:
    found = predicted(better, table, keep=["id"])
    assert found.columns == ["id", "prediction", "probability", "model_version"]
    assert found["id"].to_list() == list(range(len(rows)))
    assert (found["prediction"].to_numpy() == better.predict(rows)).all()
    assert found["prediction"].dtype == pl.Boolean
    np.testing.assert_allclose(found["probability"], better.predict_proba(rows)[:, 1], atol=1e-6)
    assert found["model_version"].cast(pl.String).unique().to_list() == ["game/3"]


def test_all_columns_are_kept_or_none(better: Model, table: Path) -> None:
    assert predicted(better, table).columns[:5] == ["id", "x", "z", "sex", "won"]
    assert predicted(better, table, keep=[]).columns == ["prediction", "probability", "model_version"]


def test_files_that_stay_where_they_are_give_the_same(better: Model, table: Path) -> None:
    parts = list_files(str(table.parent), 10_000)
    (done,) = [predict_file_part(better, part, "game/3", ["id"]) for part in parts]
    assert pl.DataFrame(done.read_all()).equals(predicted(better, table, keep=["id"]))


def test_numbers_and_several_classes_have_columns_of_their_own(tmp_path: Path, rows: pl.DataFrame) -> None:
    file = tmp_path / "rows.parquet"
    rows.write_parquet(file)
    numbers = rows.select("x", "z").to_pandas()
    line = Model(LinearRegression().fit(numbers, rows["x"]), data=rows.select("x", "z"))
    assert predicted(line, file, keep=[]).columns == ["prediction", "model_version"]
    thirds = np.array(["low", "mid", "tall é"])[np.digitize(rows["x"], [-0.5, 0.5])]
    three = Model(LogisticRegression().fit(numbers, thirds), data=rows.select("x", "z"))
    found = predicted(three, file, keep=[])
    classes = ["probability_low", "probability_mid", "probability_tall é"]
    assert found.columns == ["prediction", *classes, "model_version"]
    assert set(found["prediction"]) == {"low", "mid", "tall é"}


def test_missing_values_and_integers_come_as_the_model_takes_them(better: Model, tmp_path: Path) -> None:
    batch = pa.record_batch({"x": pa.array([1, 2]), "z": pa.array([0.5, 0.5], pa.float32()), "y": ["a", None]})
    found = RowPredictor(better).columns(batch)
    wanted = better.predict_proba(pl.DataFrame({"x": [1.0, 2.0], "z": [0.5, 0.5]}))[:, 1]
    np.testing.assert_allclose(found["probability"].to_numpy(), wanted, atol=1e-6)


def test_a_table_without_rows_gives_none(better: Model, table: Path, rows: pl.DataFrame) -> None:
    rows.with_row_index("id").head(0).write_parquet(table)
    assert list_parts(table, 500) == []


def test_refused_rows_end_the_part_or_have_no_prediction(tmp_path: Path, rows: pl.DataFrame) -> None:
    strict = make_pipeline(make_column_transformer((OneHotEncoder(sparse_output=False), ["sex"])), LogisticRegression())
    model = Model(
        strict.fit(rows.select("sex").to_pandas(), rows["won"].to_numpy()), data=rows.select("sex", "won"), target="won"
    )
    assert model.compiled is not None
    file = tmp_path / "rows.parquet"
    rows.head(5).with_columns(sex=pl.Series(["f", "m", "x", "f", "m"])).write_parquet(file)
    with pytest.raises(RowsRefused, match=r"refuses 1 of 5 rows of a batch, the first at place 2 \[CMT024\]"):
        predicted(model, file, keep=[])
    found = predicted(model, file, keep=["sex"], skip_refused=True)
    assert found["prediction"].is_null().to_list() == [False, False, True, False, False]
    assert found["probability"].null_count() == 1


def test_what_cannot_be_predicted_or_kept_is_refused_before_anything_is_read(
    better: Model, table: Path, rows: pl.DataFrame
) -> None:
    with pytest.raises(UnknownColumns, match="`keep=` names 'idd'"):
        predicted(better, table, keep=["idd"])
    rows.with_columns(prediction=1).write_parquet(table)
    with pytest.raises(ColumnTaken, match="has a column 'prediction'"):
        predicted(better, table)
    rows.drop("x").write_parquet(table)
    with pytest.raises(UnknownColumns, match="the model names 'x'"):
        predicted(better, table, keep=[])
