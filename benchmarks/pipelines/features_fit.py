"""`python -m benchmarks.pipelines.features_fit read|fit|memory FILE`: does it once, prints its seconds and peak bytes.

- `read`: the file's columns, batch by batch, by the engine that `penstock.features.fit` uses, and nothing else.
- `fit`: `penstock.features.fit` of the transformer.
- `memory`: scikit-learn's own fit, of a frame that is in memory already: reading it is not counted.
"""

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

NUMBERS = ["fare", "miles", "minutes", "tip", "tolls", "speed", "started", "passengers"]
TEXTS = ["payment", "company", "from_area", "to_area"]
CATEGORIES = (5, 50, 1_000, 10_000)
MISSING = 0.05


def write_table(path: Path, rows: int, chunk: int = 500_000) -> None:
    """Twelve columns of random rows, with missing values."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(0)
    vocabularies = [pa.array([f"category {place:05d}" for place in range(count)]) for count in CATEGORIES]
    types = [pa.float64()] * 6 + [pa.int64()] * 2 + [pa.string()] * 4
    schema = pa.schema(list(zip(NUMBERS + TEXTS, types, strict=True)))
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, rows, chunk):
            count = min(chunk, rows - start)
            columns = [pa.array(random.gamma(2.0, 1 + place, count), mask=_gone(random, count)) for place in range(6)]
            columns.append(pa.array(random.integers(0, 10**6, count), mask=_gone(random, count)))
            columns.append(pa.array(random.integers(1, 7, count)))
            for words in vocabularies:
                codes = (len(words) * random.random(count) ** 2).astype(np.int32)
                columns.append(words.take(pa.array(codes, mask=_gone(random, count))))
            writer.write_table(pa.table(columns, schema=schema))


def transformer() -> Any:
    """What people really write for such a table."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    encoder = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=100)
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS),
            ("texts", make_pipeline(SimpleImputer(strategy="most_frequent"), encoder), TEXTS),
        ]
    )


def _gone(random: Any, count: int) -> Any:
    return random.random(count) < MISSING


def _read(path: str) -> Callable[[], None]:
    import pyarrow.parquet as pq

    def work() -> None:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for _ in file.iter_batches(columns=NUMBERS + TEXTS):
                pass

    return work


def _fit(path: str) -> Callable[[], Any]:
    import pyarrow.parquet as pq

    from penstock.features import fit

    whole = transformer()
    fit(whole, pq.ParquetFile(path).iter_batches(100).__next__())  # the imports of all of it
    return lambda: fit(whole, path)


def _memory(path: str) -> Callable[[], Any]:
    import pandas as pd

    whole, frame = transformer(), pd.read_parquet(path)
    return lambda: whole.fit(frame)


if __name__ == "__main__":
    work = {"read": _read, "fit": _fit, "memory": _memory}[sys.argv[1]](sys.argv[2])
    begin = time.perf_counter()
    work()
    taken = time.perf_counter() - begin
    print(taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
