"""Values across the border: what a component returned becomes a file, an artifact becomes an argument."""

import math
from pathlib import Path
from typing import Any, Protocol

import matplotlib.figure
import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from penstock.data import HTML, JSON, Artifact, ArtifactUse, Converter, Metrics, classify, load_value, save_value
from penstock.data.errors import ConversionError, WrongType


def use(annotation: Any) -> ArtifactUse:
    found = classify(annotation)
    assert isinstance(found, ArtifactUse)
    return found


def test_a_saved_value_has_a_path_a_name_and_facts(tmp_path: Path) -> None:
    saved = save_value(pl.DataFrame({"a": [1]}), use(pl.DataFrame), tmp_path, name="rows")
    assert saved.path.parent == tmp_path
    assert saved.name == "rows.parquet"
    assert saved.metadata["kind"] == "table"
    assert saved.metadata["format"] == "parquet"
    assert saved.metadata["python_type"] == "polars.DataFrame"


def test_a_table_is_taken_as_any_type_of_its_kind(tmp_path: Path) -> None:
    path, _, metadata = save_value(pl.DataFrame({"a": [1]}), use(pl.DataFrame), tmp_path)
    assert load_value(path, use(pd.DataFrame), metadata)["a"].to_list() == [1]
    assert load_value(path, use(pl.LazyFrame), metadata).collect()["a"].to_list() == [1]
    assert load_value(path, use(Path), metadata) == path


def test_an_artifact_is_taken_as_such_with_all_that_is_known(tmp_path: Path) -> None:
    path, _, metadata = save_value(HTML("<p>"), use(HTML), tmp_path)
    found = load_value(path, use(Artifact), metadata, name="page", uri="/store/page.html", schema_title="system.HTML")
    assert found == Artifact(
        name="page", uri="/store/page.html", path=path, type="system.HTML", metadata=dict(metadata)
    )


@pytest.mark.parametrize(
    ("value", "annotation", "words"),
    [
        (pd.DataFrame(), pl.DataFrame, "declared as `polars.DataFrame`, but a `pandas.DataFrame` came"),
        (pl.LazyFrame(), pl.DataFrame, r"a `polars.LazyFrame` came .*\n  hint: call `.collect\(\)`"),
        (None, pl.DataFrame, "a `None` came"),
        ([1, 2], np.ndarray, r"a `list` came \(\[1, 2\]\)"),
        ("a/b", Path, r"declared as `Path`, but a `str` came \('a/b'\)"),
        ({"a": 1}, HTML, "a `dict` came"),
        (LogisticRegression(), LinearRegression, "declared as `sklearn.LinearRegression`"),
    ],
    ids=["other library", "lazy", "none", "list", "text for path", "dict", "other model"],
)
def test_a_value_of_another_type_is_refused(value: Any, annotation: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(WrongType, match=rf"(?s)output 'o' of 't' is {words}|{words}") as caught:
        save_value(value, use(annotation), tmp_path, where="output 'o' of 't'")
    assert str(caught.value).startswith("output 'o' of 't' is declared as")


def test_plain_text_dicts_and_json_are_wrapped(tmp_path: Path) -> None:
    for number, (value, annotation) in enumerate([("<p>", HTML), ({"auc": 0.5}, Metrics), ({"a": [1]}, JSON)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        path, _, metadata = save_value(value, use(annotation), folder)
        assert isinstance(load_value(path, use(annotation), metadata), annotation)


def test_a_generic_annotation_is_checked_by_its_class(tmp_path: Path) -> None:
    annotation = npt.NDArray[np.float64]
    path, _, metadata = save_value(np.zeros(2), use(annotation), tmp_path)
    assert load_value(path, use(annotation), metadata).shape == (2,)


def test_a_returned_path_is_taken_as_it_lies(tmp_path: Path) -> None:
    (tmp_path / "it's mine.csv").write_text("a\n")
    saved = save_value(tmp_path / "it's mine.csv", use(Path), tmp_path / "staging", name="out")
    assert saved == (tmp_path / "it's mine.csv", "it's mine.csv", {"kind": "file", "format": "csv"})
    assert save_value(tmp_path, use(Path), tmp_path / "staging").metadata["format"] == "folder"


def test_a_relative_path_is_by_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("out.txt").write_text("x")
    assert save_value(Path("out.txt"), use(Path), tmp_path / "staging").path == tmp_path / "out.txt"


def test_a_returned_path_with_nothing_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ConversionError, match=r"output 'o': a `PosixPath` cannot be stored: there is nothing at '/.*/x'"
    ):
        save_value(tmp_path / "x", use(Path), tmp_path, where="output 'o'")


def test_a_returned_artifact_keeps_its_metadata(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    artifact = Artifact(path=tmp_path / "f", metadata={"kind": "table", "source": "elsewhere"})
    assert save_value(artifact, use(Artifact), tmp_path).metadata == {
        "kind": "table",
        "format": "binary",
        "source": "elsewhere",
    }


def test_what_came_as_a_path_is_tried_as_anything(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "t.parquet")
    for metadata in ({"kind": "file"}, {}):
        assert load_value(tmp_path / "t.parquet", use(pl.DataFrame), metadata).shape == (1, 1)


def test_bytes_of_another_kind_are_refused(tmp_path: Path) -> None:
    path, _, metadata = save_value(np.zeros(2), use(np.ndarray), tmp_path)
    with pytest.raises(ConversionError, match=r"input 'i': a `polars.DataFrame` cannot be loaded: .* of kind `array`"):
        load_value(path, use(pl.DataFrame), metadata, where="input 'i'")


def test_another_class_of_model_than_declared_is_refused(tmp_path: Path) -> None:
    model = LinearRegression().fit([[0.0], [1.0]], [0, 1])
    path, _, metadata = save_value(model, use(LinearRegression), tmp_path)
    with pytest.raises(WrongType, match=r"declared as `sklearn.LogisticRegression`, but a `sklearn.LinearRegression`"):
        load_value(path, use(LogisticRegression), metadata)


def test_what_is_only_written_is_not_loaded(tmp_path: Path) -> None:
    figure = matplotlib.figure.Figure()
    path, name, metadata = save_value(figure, use(matplotlib.figure.Figure), tmp_path, name="plot")
    assert (name, metadata["kind"], metadata["format"]) == ("plot", "figure", "png+svg")
    with pytest.raises(ConversionError, match=r"it is only ever written.*\n  hint: take the artifact as `Path`"):
        load_value(path, use(matplotlib.figure.Figure), metadata)


class Fragile:
    pass


class FragileConverter(Converter[Fragile]):
    type_names = (f"{Fragile.__module__}.Fragile",)
    kind = "fragile"

    def save(self, value: Fragile, target: Path) -> dict[str, Any]:
        raise ZeroDivisionError("division by zero")


class Readable(Protocol):
    def read(self) -> str: ...


def fragile(annotation: Any = Fragile, converter: Converter[Any] | None = None) -> ArtifactUse:
    return ArtifactUse(
        converter=converter or FragileConverter(),
        kind="fragile",
        schema_title="system.Artifact",
        optional=False,
        is_list=False,
        annotation=annotation,
    )


def test_what_goes_wrong_in_a_converter_is_explained(tmp_path: Path) -> None:
    with pytest.raises(
        ConversionError, match=r"output 'o': a `.*Fragile` cannot be stored: ZeroDivisionError: division"
    ):
        save_value(Fragile(), fragile(), tmp_path, where="output 'o'")


def test_a_full_disk_is_not_blamed_on_the_value(tmp_path: Path) -> None:
    class OnFullDisk(FragileConverter):
        def save(self, value: Fragile, target: Path) -> dict[str, Any]:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match=r"No space left"):
        save_value(Fragile(), fragile(converter=OnFullDisk()), tmp_path)


def test_a_protocol_cannot_be_checked_and_is_not(tmp_path: Path) -> None:
    class Fine(FragileConverter):
        def save(self, value: Fragile, target: Path) -> dict[str, Any]:
            target.write_text("")
            return {"nan": math.pi}

    assert save_value(Fragile(), fragile(Readable, Fine()), tmp_path).metadata["kind"] == "fragile"
