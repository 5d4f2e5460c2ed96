"""Every kind of value passes from one task to another, and from one library to another, through the store."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.stories import Author

TABLES = """
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds

from penstock import component, each, pipeline


@component
def eager(rows: int) -> pl.DataFrame:
    return pl.DataFrame({"x": range(rows), "name": [f"n{i % 3}" for i in range(rows)]})


@component
def lazy(table: pl.DataFrame) -> pl.LazyFrame:
    return table.lazy().with_columns(y=pl.col("x") * 2)


@component
def pandas(table: pl.LazyFrame) -> pd.DataFrame:
    assert isinstance(table, pl.LazyFrame)
    frame = table.collect().to_pandas()
    return frame[frame["x"] > 1].reset_index(drop=True)


@component
def arrow(table: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(table, preserve_index=False)


@component
def dataset(table: pa.Table) -> ds.Dataset:
    return ds.dataset(table)


@component
def duck(table: ds.Dataset) -> duckdb.DuckDBPyRelation:
    assert table.schema.names == ["x", "name", "y"]
    arrow = table.to_table()
    return duckdb.from_arrow(arrow).filter("x > 2")


@component
def back(table: duckdb.DuckDBPyRelation) -> pl.DataFrame:
    return table.pl()


@component
def pick(table: pl.DataFrame, rows: int) -> pa.Table:
    return table.head(rows).to_arrow()


@component
def count(tables: list[pl.DataFrame]) -> int:
    return sum(len(table) for table in tables)


@component
def wide(first: pd.DataFrame, second: duckdb.DuckDBPyRelation, third: pl.LazyFrame) -> list[int]:
    return [len(first), len(second.fetchall()), third.collect().height]


@pipeline
def tables(rows: int = 6) -> dict:
    a = eager(rows)
    d = duck(dataset(arrow(pandas(lazy(a)))))
    return {"last": back(d), "wide": wide(a, a, d), "count": count([pick(d, n) for n in each([1, 2])])}
"""

ARRAYS = """
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel

from penstock import HTML, JSON, Artifact, Markdown, Metrics, Text, component, pipeline


class Point(BaseModel):
    x: float
    tags: list[str] = []


class Made(NamedTuple):
    array: np.ndarray
    point: Point
    document: JSON
    file: Path
    folder: Path
    data: bytes
    text: Text
    page: HTML
    note: Markdown
    metrics: Metrics


@component
def make(n: int) -> Made:
    place = Path(mkdtemp())
    (place / "one file.txt").write_text("in a file")
    (place / "parts" / "deep").mkdir(parents=True)
    (place / "parts" / "deep" / "a.txt").write_text("in a folder")
    return Made(
        array=np.arange(n, dtype="float32").reshape(2, -1),
        point=Point(x=0.5, tags=["a"]),
        document=JSON({"deep": [1, {"er": None}]}),
        file=place / "one file.txt",
        folder=place / "parts",
        data=b"\\x00bytes",
        text=Text("text"),
        page=HTML("<b>page</b>"),
        note=Markdown("# note"),
        metrics=Metrics(n=n),
    )


@component
def use(
    array: np.ndarray,
    point: Point,
    document: JSON,
    file: Path,
    folder: Path,
    data: bytes,
    text: Text,
    page: HTML,
    note: Markdown,
    metrics: Metrics,
    any: Artifact,
) -> list[str]:
    assert point == Point(x=0.5, tags=["a"])
    return [
        f"{array.dtype}{array.shape}",
        str(document.value),
        file.read_text(),
        file.suffix,
        (folder / "deep" / "a.txt").read_text(),
        data.decode(),
        text,
        page,
        note,
        str(metrics["n"]),
        Path(any.path).read_text(),
    ]


@pipeline
def things(n: int = 4) -> dict:
    made = make(n)
    used = use(
        made.array, made.point, made.document, made.file, made.folder, made.data, made.text, made.page, made.note,
        made.metrics, made.file,
    )
    return {
        "used": used, "array": made.array, "point": made.point, "document": made.document, "file": made.file,
        "folder": made.folder, "data": made.data, "text": made.text, "page": made.page, "note": made.note,
        "metrics": made.metrics,
    }
"""

PICTURES = """
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from penstock import component, pipeline
from rings import Ring


@dataclass
class Pictures:
    drawn: Figure
    lively: go.Figure


@component
def draw(points: int) -> Pictures:
    figure = Figure()
    figure.subplots().plot(range(points))
    return Pictures(drawn=figure, lively=go.Figure(go.Scatter(y=list(range(points)))))


@component
def read(lively: go.Figure) -> int:
    return len(lively.data[0].y)


@component
def train(seed: int) -> Pipeline:
    x = np.random.default_rng(seed).normal(size=(50, 2))
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(x, x[:, 0] > 0)


@component
def judge(model: Pipeline) -> list[bool]:
    return [bool(one) for one in model.predict([[2.0, 0.0], [-2.0, 0.0]])]


@component
def ring(size: int) -> Ring:
    return Ring(size)


@component
def grown(ring: Ring) -> Ring:
    return Ring(ring.size + 1)


@pipeline
def pictures(points: int = 3) -> dict:
    made = draw(points)
    model = train(0)
    return {
        "read": read(made.lively), "judged": judge(model), "drawn": made.drawn, "lively": made.lively,
        "model": model, "ring": grown(ring(points)),
    }
"""

RINGS = """
from dataclasses import dataclass

from penstock import Converter
from penstock.data import register


@dataclass(frozen=True)
class Ring:
    size: int


class RingConverter(Converter[Ring]):
    type_names = ("rings.Ring",)
    kind = "ring"
    suffix = ".ring"

    def save(self, value, target):
        target.write_text("o" * value.size)
        return {"size": value.size}

    def load(self, source, annotation, metadata):
        return Ring(len(source.read_text()))


register(RingConverter())
"""

PARAMETERS = """
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Literal, NamedTuple, Optional

from penstock import Text, component, each, pipeline


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Several(NamedTuple):
    number: int
    share: float
    yes: bool
    colour: Colour
    mode: Literal["fast", "slow"]
    day: date
    words: list[str]
    by_name: dict[str, int]
    at: datetime


@component
def several(
    day: date,
    at: datetime,
    colour: Colour = Colour.BLUE,
    mode: Literal["fast", "slow"] = "fast",
    share: float = 1,
    words: tuple[str, ...] = ("a", "b"),
) -> Several:
    assert isinstance(day, date)
    assert isinstance(colour, Colour)
    return Several(len(words), share, True, colour, mode, day, list(words), {w: 1 for w in words}, at)


@component
def describe(
    number: int,
    share: float,
    colour: Colour,
    mode: Literal["fast", "slow"],
    day: date,
    by_name: dict[str, int],
    at: datetime,
    extra: Optional[str] = None,
    text: Text | None = None,
) -> str:
    return f"{number} {share} {colour.name} {mode} {day:%d.%m.} {by_name} {at.hour} {extra} {text}"


@pipeline
def parameters(
    day: date,
    at: datetime = datetime(2026, 1, 2, 3, 4),
    colour: Colour = Colour.RED,
    mode: Literal["fast", "slow"] = "slow",
    extra: str | None = None,
    trips: Text | None = None,
) -> dict:
    made = several(day, at, colour, mode)
    said = describe(made.number, made.share, made.colour, made.mode, made.day, made.by_name, made.at, extra, trips)
    return {"said": said, "colour": made.colour, "words": made.words, "at": made.at}
"""


@pytest.fixture(scope="module")
def author(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Author]:
    folder = tmp_path_factory.mktemp("types")
    with Author(folder, tables=TABLES, things=ARRAYS, pictures=PICTURES, rings=RINGS, parameters=PARAMETERS) as author:
        yield author


def test_tables_pass_between_all_libraries(author: Author) -> None:
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    import pyarrow.dataset as ds

    run = author.run("tables.py")
    assert run.outputs["wide"] == [6, 6, 3]
    assert run.outputs["count"] == 3
    last = run.outputs["last"]
    assert last.record.type == "system.Dataset"
    expected = {"x": [3, 4, 5], "name": ["n0", "n1", "n2"], "y": [6, 8, 10]}
    assert last.load().to_dict(as_series=False) == expected
    assert last.load(pa.Table).to_pydict() == expected
    assert last.load(pd.DataFrame).to_dict("list") == expected
    assert last.load(pl.LazyFrame).collect().to_dict(as_series=False) == expected
    assert last.load(ds.Dataset).count_rows() == 3
    assert last.load(duckdb.DuckDBPyRelation).fetchall() == [(3, "n0", 6), (4, "n1", 8), (5, "n2", 10)]
    assert isinstance(run["pandas"].output.load(), pd.DataFrame)
    assert "3 of 3" in author.says("artifacts", "show", last.id)


def test_arrays_models_texts_files_and_folders_pass(author: Author) -> None:
    run = author.run("things.py")
    assert run.outputs["used"] == [
        "float32(2, 2)",
        "{'deep': [1, {'er': None}]}",
        "in a file",
        ".txt",
        "in a folder",
        "\x00bytes",
        "text",
        "<b>page</b>",
        "# note",
        "4",
        "in a file",
    ]
    loaded: dict[str, Any] = {name: one.load() for name, one in run.outputs.items() if name != "used"}
    assert loaded["array"].tolist() == [[0, 1], [2, 3]]
    assert loaded["point"] == {"x": 0.5, "tags": ["a"]}
    assert loaded["document"] == {"deep": [1, {"er": None}]}
    assert loaded["file"].read_text() == "in a file"
    assert (loaded["folder"] / "deep" / "a.txt").read_text() == "in a folder"
    assert loaded["text"] == "text"
    assert loaded["page"] == "<b>page</b>"
    assert loaded["metrics"] == {"n": 4}
    assert run.metrics == {"make": {"n": 4.0}}


def test_figures_estimators_and_types_of_the_project_pass(author: Author) -> None:
    run = author.run("pictures.py")
    assert run.outputs["read"] == 3
    assert run.outputs["judged"] == [True, False]
    assert run.outputs["model"].record.type == "system.Model"
    assert run.outputs["model"].load().predict([[3.0, 0.0]]).tolist() == [True]
    assert "figure.png" in [part.name for part in run.outputs["drawn"].path.iterdir()]
    assert len(run.outputs["lively"].load().data) == 1
    assert run.outputs["ring"].path.read_text() == "oooo"
    assert run.outputs["ring"].metadata["size"] == 4


def test_parameters_of_every_type_come_as_what_they_are(author: Author) -> None:
    author.write("text.txt", "from a file")
    run = author.run(
        "parameters.py", "--param", "day=2026-05-06", "--param", "colour=blue", "--param", "trips=text.txt"
    )
    assert run.outputs["said"] == "2 1.0 BLUE slow 06.05. {'a': 1, 'b': 1} 3 None from a file"
    assert run.outputs["colour"] == "blue"
    assert run.outputs["words"] == ["a", "b"]
    defaults = author.run("parameters.py", "--param", "day=2026-05-06", "--param", "extra=more", "--param", "mode=fast")
    assert defaults.outputs["said"] == "2 1.0 RED fast 06.05. {'a': 1, 'b': 1} 3 more None"
