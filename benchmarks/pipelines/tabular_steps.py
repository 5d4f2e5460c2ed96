"""The work of the tabular benchmark, shared by the plain script and the pipeline: 200,000 rows × 20 columns."""

import numpy as np
import polars as pl
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

TARGET = "target"


def read(path: str) -> pl.DataFrame:
    return pl.read_csv(path)


def drop_outliers(rows: pl.DataFrame) -> pl.DataFrame:
    numeric = [name for name in rows.columns if name != TARGET]
    lower = rows.select(pl.col(numeric).quantile(0.001)).row(0)
    upper = rows.select(pl.col(numeric).quantile(0.999)).row(0)
    inside = [pl.col(name).is_between(low, high) for name, low, high in zip(numeric, lower, upper, strict=True)]
    return rows.filter(pl.all_horizontal(inside))


def halves(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    cut = int(rows.height * 0.8)
    return rows[:cut], rows[cut:]


def fit(rows: pl.DataFrame) -> HistGradientBoostingClassifier:
    model = HistGradientBoostingClassifier(max_iter=30, random_state=0)
    return model.fit(rows.drop(TARGET).to_numpy(), rows[TARGET].to_numpy())


def score(model: HistGradientBoostingClassifier, rows: pl.DataFrame) -> float:
    predicted = model.predict_proba(rows.drop(TARGET).to_numpy())[:, 1]
    return float(roc_auc_score(rows[TARGET].to_numpy(), predicted))


def write_table(path: str, rows: int = 200_000, columns: int = 20, seed: int = 0) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, columns))
    label = (values[:, 0] + values[:, 1] * values[:, 2] + random.normal(size=rows) > 0).astype(np.int64)
    frame = pl.DataFrame({f"x{i:02}": values[:, i] for i in range(columns)}).with_columns(pl.Series(TARGET, label))
    frame.write_csv(path, float_precision=6)
