"""Arrays, documents, JSON, metrics, figures and bytes: to a file and back."""

import math
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.figure
import msgspec
import numpy as np
import plotly.graph_objects as go
import pydantic
import pytest

from penstock.data import (
    HTML,
    JSON,
    ClassificationMetrics,
    Markdown,
    Metrics,
    TableSchema,
    Text,
    converter_for,
)
from penstock.data.converter import Converter
from penstock.data.errors import ConversionError


class Point(pydantic.BaseModel):
    x: float
    y: float = 0.0


class Named(pydantic.BaseModel):
    plain: int = pydantic.Field(alias="odd-name")
    nested: list[Point] = []


class Sensor(msgspec.Struct, frozen=True, rename="camel"):
    serial_number: str
    readings: list[float]


def converter(annotation: Any) -> Converter[Any]:
    found = converter_for(annotation)
    assert found is not None
    return found


def there_and_back(value: Any, folder: Path, annotation: Any = None) -> Any:
    annotation = annotation or type(value)
    target = folder / "value"
    facts = converter(annotation).save(value, target)
    msgspec.json.encode(facts)
    return converter(annotation).load(target, annotation, facts)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(10)[::2],
        np.array(5.0),
        np.zeros((0, 3)),
        np.array(["a", "ü"]),
        np.array([True, False]),
        np.array(["2024-01-01", "NaT"], dtype="datetime64[s]"),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        np.array([1 + 2j]),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays_come_back(array: Any, tmp_path: Path) -> None:
    found = there_and_back(array, tmp_path, np.ndarray)
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype


def test_arrays_are_mapped_and_read_only(tmp_path: Path) -> None:
    found = there_and_back(np.arange(10), tmp_path)
    assert isinstance(found, np.memmap)
    with pytest.raises(ValueError, match=r"read-only"):
        found[0] = 1


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array([object()]), "it holds Python objects.*\n  hint: give it a dtype"),
        (np.array([(1, None)], dtype=[("a", "i4"), ("b", "O")]), "it holds Python objects"),
        (np.ma.array([1, 2], mask=[True, False]), "its mask would be lost"),
    ],
    ids=["objects", "objects inside", "masked"],
)
def test_arrays_that_only_pickle_could_hold_are_refused(array: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=words):
        converter(np.ndarray).save(array, tmp_path / "value")


def test_a_pickle_is_never_loaded_as_an_array(tmp_path: Path) -> None:
    with (tmp_path / "value").open("wb") as file:
        np.save(file, np.array([object()]), allow_pickle=True)
    with pytest.raises(ConversionError, match=r"cannot be loaded"):
        converter(np.ndarray).load(tmp_path / "value", np.ndarray, {})


@pytest.mark.parametrize("value", [Text("a\r\nb\n"), HTML("<p>ü 😀</p>"), Markdown(""), b"\0\xff", b""])
def test_texts_and_bytes_come_back(value: Any, tmp_path: Path) -> None:
    found = there_and_back(value, tmp_path)
    assert (found, type(found)) == (value, type(value))


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "value").write_bytes(b"caf\xe9")
    with pytest.raises(ConversionError, match=r"`penstock.Text` cannot be loaded: .*utf-8"):
        converter(Text).load(tmp_path / "value", Text, {})


def test_bytes_of_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"the artifact is a folder.*\n  hint: take it as `Path`"):
        converter(bytes).load(tmp_path, bytes, {})


@pytest.mark.parametrize("value", [None, 1, 2**80, "x", [1, 2.5, None], {"a": {"b": [True]}}, 1e-300])
def test_json_comes_back(value: Any, tmp_path: Path) -> None:
    found = there_and_back(JSON(value), tmp_path)
    assert found == JSON(value)
    assert type(found.value) is type(value)


def test_json_takes_what_numpy_scalars_and_tuples_hold(tmp_path: Path) -> None:
    assert there_and_back(JSON({"a": (np.int64(1), np.float32(0.5))}), tmp_path) == JSON({"a": [1, 0.5]})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"a": [1, math.nan]}, r"at \['a'\]\[1\] it has a `float`: JSON has no such number"),
        ({"a": object()}, r"at \['a'\] it has a `object`"),
        ({1: 2}, "keys of a JSON object are strings"),
    ],
)
def test_json_that_could_not_come_back_is_refused(value: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=words):
        converter(JSON).save(JSON(value), tmp_path / "value")


@pytest.mark.parametrize(
    "model",
    [Point(x=1), Point(x=math.inf, y=-math.inf), Named.model_validate({"odd-name": 3, "nested": [{"x": 2}]})],
    ids=["plain", "infinite", "aliased"],
)
def test_pydantic_models_come_back(model: pydantic.BaseModel, tmp_path: Path) -> None:
    assert there_and_back(model, tmp_path) == model


def test_nan_in_a_pydantic_model_comes_back(tmp_path: Path) -> None:
    assert math.isnan(there_and_back(Point(x=math.nan), tmp_path).x)


def test_a_pydantic_model_with_other_fields_is_noticed(tmp_path: Path) -> None:
    facts = converter(Point).save(Point(x=1), tmp_path / "value")
    with pytest.raises(ConversionError, match=r"odd-name: Field required.*\n  hint: it was stored from a `.*Point`"):
        converter(Named).load(tmp_path / "value", Named, facts)


def test_structs_come_back(tmp_path: Path) -> None:
    sensor = Sensor(serial_number="a", readings=[1.0, math.inf])
    assert there_and_back(sensor, tmp_path) == sensor
    assert there_and_back(TableSchema(rows=3), tmp_path.joinpath("s").parent, TableSchema) == TableSchema(rows=3)


def test_a_model_is_read_as_json_too(tmp_path: Path) -> None:
    converter(Point).save(Point(x=1), tmp_path / "value")
    assert converter(JSON).load(tmp_path / "value", JSON, {}) == JSON({"x": 1.0, "y": 0.0})


def test_metrics_come_back_and_stand_in_the_metadata(tmp_path: Path) -> None:
    metrics = Metrics(auc=0.5, rows=3, loss=np.float32(0.25), bad=math.inf)
    facts = converter(Metrics).save(metrics, tmp_path / "value")
    assert facts == {"auc": 0.5, "rows": 3, "loss": 0.25, "bad": "Infinity", "format": "json"}
    found = converter(Metrics).load(tmp_path / "value", Metrics, facts)
    assert (found, type(found)) == (metrics, Metrics)


def test_metrics_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"\['name'\] is a `str`, not a number"):
        converter(Metrics).save(Metrics(name="x"), tmp_path / "value")  # type: ignore[arg-type]


def test_classification_metrics_have_the_metadata_that_kubeflow_draws(tmp_path: Path) -> None:
    metrics = ClassificationMetrics(
        labels=["no", "yes"],
        confusion_matrix=np.array([[5, 1], [2, 7]]),
        false_positive_rate=[0.0, 1.0],
        true_positive_rate=(0.5, 1.0),
        thresholds=np.array([np.inf, 0.1]),
    )
    facts = converter(ClassificationMetrics).save(metrics, tmp_path / "value")
    assert facts["confusionMatrix"] == {
        "annotationSpecs": [{"displayName": "no"}, {"displayName": "yes"}],
        "rows": [{"row": [5, 1]}, {"row": [2, 7]}],
    }
    assert facts["confidenceMetrics"] == [
        {"confidenceThreshold": "Infinity", "recall": 0.5, "falsePositiveRate": 0.0},
        {"confidenceThreshold": 0.1, "recall": 1.0, "falsePositiveRate": 1.0},
    ]
    found = converter(ClassificationMetrics).load(tmp_path / "value", ClassificationMetrics, facts)
    assert found.confusion_matrix == [[5, 1], [2, 7]]
    assert found.thresholds == [math.inf, 0.1]


@pytest.mark.parametrize(
    ("metrics", "words"),
    [
        (ClassificationMetrics(labels=["a"], confusion_matrix=[[1, 2]]), "with 1 labels .* must be 1 × 1"),
        (ClassificationMetrics(thresholds=[0.5]), "differ in length"),
    ],
)
def test_classification_metrics_that_do_not_fit_together_are_refused(
    metrics: ClassificationMetrics, words: str, tmp_path: Path
) -> None:
    with pytest.raises(ConversionError, match=words):
        converter(ClassificationMetrics).save(metrics, tmp_path / "value")


def test_a_matplotlib_figure_becomes_two_pictures_always_the_same(tmp_path: Path) -> None:
    for name in ("1", "2"):
        figure = matplotlib.figure.Figure()
        figure.subplots().plot([1, 2], label="line")
        converter(type(figure)).save(figure, tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "1").iterdir())
    assert files == ["figure.png", "figure.svg"]
    assert (tmp_path / "1" / "figure.png").read_bytes().startswith(b"\x89PNG")
    assert all((tmp_path / "1" / file).read_bytes() == (tmp_path / "2" / file).read_bytes() for file in files)


def test_saving_a_figure_leaves_matplotlib_as_it_was(tmp_path: Path) -> None:
    before = mpl.rcParams["svg.hashsalt"]
    converter(matplotlib.figure.Figure).save(matplotlib.figure.Figure(), tmp_path / "value")
    assert mpl.rcParams["svg.hashsalt"] == before


def test_a_plotly_figure_comes_back_and_has_a_page_that_fetches_nothing(tmp_path: Path) -> None:
    figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4]))
    assert there_and_back(figure, tmp_path).to_dict() == figure.to_dict()
    page = (tmp_path / "value" / "figure.html").read_text(encoding="utf-8")
    assert "<script src=" not in page
    converter(go.Figure).save(figure, tmp_path / "again")
    assert (tmp_path / "again" / "figure.html").read_text(encoding="utf-8") == page
