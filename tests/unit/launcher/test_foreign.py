"""Foreign code: what it is given, and what is made of the files that it leaves."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from penstock.artifacts.local import LocalArtifactStore
from penstock.ir.runtime import (
    ArtifactList,
    ExecutorInput,
    ExecutorOutput,
    OutputFile,
    RuntimeArtifact,
    TaskInputValues,
    TaskOutputPlaces,
)
from penstock.ir.spec import ArtifactType, ComponentOutputs, OutputArtifact, OutputParameter
from penstock.launcher.errors import InputChanged, OutputsMissing, OutputUnreadable, OutputUnsaved
from penstock.launcher.foreign import localized, run_foreign
from penstock.launcher.foreign.texts import value_of_text

DATASET = ArtifactType(schema_title="system.Dataset")


class Attempt:
    """One task in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.store = LocalArtifactStore(folder / "store", durability="normal")
        self.folder = folder / "attempt"
        self.inputs: dict[str, list[RuntimeArtifact]] = {}
        self.parameters: dict[str, object] = {}
        self.types: dict[str, str] = {}
        self.artifacts: dict[str, bool] = {}

    def stored(self, text: str, name: str) -> RuntimeArtifact:
        file = self.store.staging() / name
        file.write_text(text)
        kept = self.store.put(file, name)
        return RuntimeArtifact(name=name, uri=kept.uri, type=DATASET, digest=kept.digest, size=kept.size)

    @property
    def given(self) -> ExecutorInput:
        outputs = self.folder / "outputs"
        return ExecutorInput(
            inputs=TaskInputValues(
                parameter_values=self.parameters,
                artifacts={name: ArtifactList(artifacts=listed) for name, listed in self.inputs.items()},
            ),
            outputs=TaskOutputPlaces(
                parameters={name: OutputFile(output_file=str(outputs / name)) for name in self.types},
                artifacts={
                    name: ArtifactList(artifacts=[RuntimeArtifact(name=name, uri=str(outputs / name), type=DATASET)])
                    for name in self.artifacts
                },
                output_file=str(self.folder / "executor_output.json"),
            ),
        )

    @property
    def declared(self) -> ComponentOutputs:
        return ComponentOutputs(
            parameters={name: OutputParameter(parameter_type=one) for name, one in self.types.items()},  # type: ignore[arg-type]
            artifacts={
                name: OutputArtifact(artifact_type=DATASET, is_artifact_list=many)
                for name, many in self.artifacts.items()
            },
        )

    def run(self, code: Callable[[ExecutorInput], None]) -> ExecutorOutput:
        self.folder.mkdir(exist_ok=True)
        return run_foreign(self.given, self.declared, self.store, self.folder, "comp-it", code)


@pytest.fixture
def attempt(tmp_path: Path) -> Attempt:
    return Attempt(tmp_path)


def tell(seen: ExecutorInput, **told: object) -> None:
    Path(seen.outputs.output_file).write_text(json.dumps(told))


def text_of(attempt: Attempt, artifact: RuntimeArtifact) -> str:
    return attempt.store.path(artifact.uri).read_text()


# --- what it is given -------------------------------------------------------------------------------------


def test_whole_floats_are_integers_however_deep(attempt: Attempt) -> None:
    attempt.parameters = {"n": 2.0, "xs": [1.0, 2.5, {"a": 3.0}]}
    seen = localized(attempt.given, attempt.store, attempt.folder)
    assert json.dumps(seen.inputs.parameter_values) == '{"n": 2, "xs": [1, 2.5, {"a": 3}]}'


def test_an_artifact_of_the_store_has_its_path_for_a_uri_and_nothing_of_ours_beside(attempt: Attempt) -> None:
    attempt.inputs = {"rows": [attempt.stored("a,b", "rows.csv")]}
    (rows,) = localized(attempt.given, attempt.store, attempt.folder).inputs.artifacts["rows"].artifacts
    assert Path(rows.uri).read_text() == "a,b"
    assert Path(rows.uri).name == "rows.csv"
    assert set(msgspec.to_builtins(rows)) == {"name", "uri", "type"}


def test_a_remote_artifact_keeps_its_uri_and_has_a_local_copy(attempt: Attempt) -> None:
    attempt.inputs = {"rows": [RuntimeArtifact(name="rows", uri="gs://bucket/rows.csv")]}

    def fetch(uri: str, folder: Path) -> Path:
        (folder / "rows.csv").write_text(uri)
        return folder / "rows.csv"

    (rows,) = localized(attempt.given, attempt.store, attempt.folder, fetch=fetch).inputs.artifacts["rows"].artifacts
    assert rows.uri == "gs://bucket/rows.csv"
    assert Path(rows.custom_path or "").read_text() == "gs://bucket/rows.csv"


def test_an_artifact_that_was_never_written_has_a_path_where_nothing_is(attempt: Attempt) -> None:
    attempt.inputs = {"scores": [RuntimeArtifact(name="scores", metadata={"accuracy": 1.0})]}
    (scores,) = localized(attempt.given, attempt.store, attempt.folder).inputs.artifacts["scores"].artifacts
    assert Path(scores.uri).parent.is_dir()
    assert not Path(scores.uri).exists()


def test_outputs_have_folders_and_an_output_file_that_is_not_the_engines(attempt: Attempt) -> None:
    attempt.types, attempt.artifacts = {"n": "NUMBER_INTEGER"}, {"rows": False}
    seen = localized(attempt.given, attempt.store, attempt.folder)
    assert Path(seen.outputs.parameters["n"].output_file).parent.is_dir()
    assert Path(seen.outputs.artifacts["rows"].artifacts[0].uri).parent.is_dir()
    assert Path(seen.outputs.output_file).parent.is_dir()
    assert seen.outputs.output_file != attempt.given.outputs.output_file


# --- parameters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("STRING", " as it is\n", " as it is\n"),
        ("STRING", "", ""),
        ("NUMBER_INTEGER", " 12345678901234567890\n", 12345678901234567890),
        ("NUMBER_INTEGER", "-3", -3),
        ("NUMBER_DOUBLE", "1e-3\n", 0.001),
        ("NUMBER_DOUBLE", "nan", "NaN"),
        ("BOOLEAN", "True\n", True),
        ("BOOLEAN", "0", False),
        ("LIST", "[1, 2.5]\n", [1, 2.5]),
        ("STRUCT", '{"a": [1]}', {"a": [1]}),
        ("PARAMETER_TYPE_ENUM_UNSPECIFIED", "x", "x"),
    ],
)
def test_the_text_of_a_parameter_is_read_by_its_type(kind: str, text: str, value: object) -> None:
    found = value_of_text(text, kind)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("NUMBER_INTEGER", "3.5", "an integer"),
        ("NUMBER_INTEGER", "1_000", "an integer"),
        ("NUMBER_DOUBLE", "1_000.5", "a number"),
        ("BOOLEAN", "yes", "`true` or `false`"),
        ("LIST", '{"a": 1}', "a JSON list"),
        ("STRUCT", "{a: 1}", "a JSON object"),
    ],
)
def test_text_of_another_type_is_refused(kind: str, text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        value_of_text(text, kind)


def test_the_output_file_comes_before_a_parameters_own_file(attempt: Attempt) -> None:
    attempt.types = {"n": "NUMBER_INTEGER", "m": "NUMBER_INTEGER"}

    def code(seen: ExecutorInput) -> None:
        Path(seen.outputs.parameters["n"].output_file).write_text("1")
        Path(seen.outputs.parameters["m"].output_file).write_text("2\n")
        tell(seen, parameterValues={"n": 10})

    assert attempt.run(code).parameter_values == {"n": 10, "m": 2}


def test_a_file_that_is_not_of_its_type_is_shown(attempt: Attempt) -> None:
    attempt.types = {"n": "NUMBER_INTEGER"}
    with pytest.raises(OutputUnreadable, match=r"output 'n' of component 'comp-it'.*'3 rows', which is not an integer"):
        attempt.run(lambda seen: Path(seen.outputs.parameters["n"].output_file).write_text("3 rows") and None)


def test_a_declared_parameter_without_a_value_fails(attempt: Attempt) -> None:
    attempt.types = {"n": "NUMBER_INTEGER", "m": "STRING"}
    with pytest.raises(OutputsMissing, match="no value for its output 'n', 'm'"):
        attempt.run(lambda seen: None)


@pytest.mark.parametrize("text", ["[1]", "{", '{"parameterValues": 3}', '{"artifacts": {"rows": {"artifacts": 3}}}'])
def test_an_output_file_of_another_form_is_refused(attempt: Attempt, text: str) -> None:
    with pytest.raises(OutputUnreadable, match="the output file of component 'comp-it'"):
        attempt.run(lambda seen: Path(seen.outputs.output_file).write_text(text) and None)


def test_numbers_that_json_has_no_words_for_come_through_as_protobuf_has_them(attempt: Attempt) -> None:
    attempt.types = {"loss": "NUMBER_DOUBLE"}
    output = attempt.run(lambda seen: tell(seen, parameterValues={"loss": float("nan")}))
    assert output.parameter_values == {"loss": "NaN"}


def test_text_that_is_no_unicode_fails_the_task(attempt: Attempt) -> None:
    attempt.types = {"text": "STRING"}
    with pytest.raises(OutputUnsaved, match="comp-it"):
        attempt.run(lambda seen: tell(seen, parameterValues={"text": "\ud800"}))


# --- artifacts --------------------------------------------------------------------------------------------


def write(place: RuntimeArtifact, text: str = "hello") -> None:
    Path(place.uri).write_text(text)


def test_a_written_artifact_is_stored_with_its_metadata_and_type(attempt: Attempt) -> None:
    attempt.artifacts = {"rows": False}

    def code(seen: ExecutorInput) -> None:
        (place,) = seen.outputs.artifacts["rows"].artifacts
        write(place)
        tell(seen, artifacts={"rows": {"artifacts": [{"name": "rows", "uri": place.uri, "metadata": {"k": 3}}]}})

    (rows,) = attempt.run(code).artifacts["rows"].artifacts
    assert text_of(attempt, rows) == "hello"
    assert (rows.size, rows.metadata, rows.type, Path(rows.uri).name) == (5, {"k": 3}, DATASET, "rows")
    assert rows.digest.startswith("sha256:")
    assert not (attempt.folder / "outputs" / "rows").exists()


def test_the_written_file_is_stored_without_an_output_file(attempt: Attempt) -> None:
    attempt.artifacts = {"rows": False}
    (rows,) = attempt.run(lambda seen: write(seen.outputs.artifacts["rows"].artifacts[0])).artifacts["rows"].artifacts
    assert text_of(attempt, rows) == "hello"


def test_an_artifact_may_have_nothing_but_metadata(attempt: Attempt) -> None:
    attempt.artifacts = {"scores": False}
    output = attempt.run(lambda seen: tell(seen, artifacts={"scores": {"artifacts": [{"metadata": {"auc": 0.9}}]}}))
    (scores,) = output.artifacts["scores"].artifacts
    assert (scores.uri, scores.digest, scores.metadata) == ("", "", {"auc": 0.9})


def test_a_custom_path_says_where_the_bytes_are(attempt: Attempt, tmp_path: Path) -> None:
    attempt.artifacts = {"rows": False}
    (tmp_path / "mine.txt").write_text("mine")
    told = {"rows": {"artifacts": [{"custom_path": str(tmp_path / "mine.txt")}]}}
    (rows,) = attempt.run(lambda seen: tell(seen, artifacts=told)).artifacts["rows"].artifacts
    assert text_of(attempt, rows) == "mine"
    assert (tmp_path / "mine.txt").exists()
    assert rows.custom_path is None


def test_a_new_uri_within_the_task_is_stored(attempt: Attempt) -> None:
    attempt.artifacts = {"rows": False}

    def code(seen: ExecutorInput) -> None:
        place = Path(seen.outputs.output_file).parent / "deep" / "table"
        place.mkdir(parents=True)
        (place / "part").write_text("1")
        tell(seen, artifacts={"rows": {"artifacts": [{"uri": str(place)}]}})

    (rows,) = attempt.run(code).artifacts["rows"].artifacts
    assert (attempt.store.path(rows.uri) / "part").read_text() == "1"
    assert Path(rows.uri).name == "table"


def test_a_remote_uri_is_kept_by_reference(attempt: Attempt) -> None:
    attempt.artifacts = {"rows": False}
    told = {"rows": {"artifacts": [{"uri": "gs://bucket/rows"}]}}
    (rows,) = attempt.run(lambda seen: tell(seen, artifacts=told)).artifacts["rows"].artifacts
    assert (rows.uri, rows.digest, rows.size) == ("gs://bucket/rows", "", -1)


def test_an_input_that_is_returned_is_the_same_artifact(attempt: Attempt) -> None:
    attempt.artifacts = {"out": False}
    attempt.inputs = {"rows": [attempt.stored("a,b", "rows.csv")]}

    def code(seen: ExecutorInput) -> None:
        tell(seen, artifacts={"out": {"artifacts": [{"uri": seen.inputs.artifacts["rows"].artifacts[0].uri}]}})

    (out,) = attempt.run(code).artifacts["out"].artifacts
    (rows,) = attempt.inputs["rows"]
    assert (out.uri, out.digest, out.size, out.name) == (rows.uri, rows.digest, rows.size, "out")


def test_two_outputs_may_be_the_same_file(attempt: Attempt) -> None:
    attempt.artifacts = {"one": False, "two": False}

    def code(seen: ExecutorInput) -> None:
        (place,) = seen.outputs.artifacts["one"].artifacts
        write(place)
        same = {"artifacts": [{"uri": place.uri}]}
        tell(seen, artifacts={"one": same, "two": same})

    output = attempt.run(code)
    assert [text_of(attempt, output.artifacts[name].artifacts[0]) for name in ("one", "two")] == ["hello", "hello"]


def test_an_output_list_may_have_any_length(attempt: Attempt) -> None:
    attempt.artifacts = {"many": True, "none": True}

    def code(seen: ExecutorInput) -> None:
        folder = Path(seen.outputs.output_file).parent
        for name in ("a", "b"):
            (folder / name).write_text(name)
        tell(seen, artifacts={"many": {"artifacts": [{"uri": str(folder / "a")}, {"uri": str(folder / "b")}]}})

    output = attempt.run(code)
    assert [text_of(attempt, one) for one in output.artifacts["many"].artifacts] == ["a", "b"]
    assert output.artifacts["none"].artifacts == []


def test_a_link_is_followed_and_what_it_leads_to_stays(attempt: Attempt, tmp_path: Path) -> None:
    attempt.artifacts = {"rows": False}
    (tmp_path / "data").write_text("data")

    def code(seen: ExecutorInput) -> None:
        Path(seen.outputs.artifacts["rows"].artifacts[0].uri).symlink_to("../../data")

    (rows,) = attempt.run(code).artifacts["rows"].artifacts
    assert text_of(attempt, rows) == "data"
    assert (tmp_path / "data").read_text() == "data"


# --- the whole --------------------------------------------------------------------------------------------


def test_the_engines_output_file_is_written_in_the_end(attempt: Attempt) -> None:
    attempt.types = {"n": "NUMBER_INTEGER"}
    output = attempt.run(lambda seen: tell(seen, parameterValues={"n": 1}))
    written = Path(attempt.given.outputs.output_file).read_bytes()
    assert msgspec.json.decode(written, type=ExecutorOutput) == output


def test_code_may_change_its_copy_of_an_input(attempt: Attempt) -> None:
    attempt.artifacts = {"out": False}
    rows = attempt.stored("a,b", "rows.csv")
    attempt.inputs = {"rows": [rows]}

    def code(seen: ExecutorInput) -> None:
        place = seen.inputs.artifacts["rows"].artifacts[0].uri
        Path(place).write_text("a,b,c")
        tell(seen, artifacts={"out": {"artifacts": [{"uri": place}]}})

    (out,) = attempt.run(code).artifacts["out"].artifacts
    assert (text_of(attempt, rows), text_of(attempt, out)) == ("a,b", "a,b,c")


def test_code_that_tells_where_an_input_lies_tells_where_it_lies_for_good(attempt: Attempt) -> None:
    attempt.types = {"where": "STRING"}
    rows = attempt.stored("a,b", "rows.csv")
    attempt.inputs = {"rows": [rows]}

    def code(seen: ExecutorInput) -> None:
        tell(seen, parameterValues={"where": seen.inputs.artifacts["rows"].artifacts[0].uri})

    assert attempt.run(code).parameter_values == {"where": rows.uri}


def test_a_folder_is_copied_with_all_that_is_in_it(attempt: Attempt) -> None:
    place = attempt.store.staging() / "data"
    (place / "deep").mkdir(parents=True)
    (place / "deep" / "file").write_text("1")
    kept = attempt.store.put(place, "data")
    attempt.inputs = {"data": [RuntimeArtifact(name="data", uri=kept.uri, digest=kept.digest)]}
    (data,) = localized(attempt.given, attempt.store, attempt.folder).inputs.artifacts["data"].artifacts
    assert (Path(data.uri) / "deep" / "file").read_text() == "1"
    assert Path(data.uri).is_relative_to(attempt.folder)


def test_a_large_input_that_was_changed_in_place_fails_the_task(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penstock.launcher.foreign.copies.LARGEST", 2)
    monkeypatch.setattr("penstock.launcher.foreign.copies._clone", lambda source, target: False)
    attempt.inputs = {"rows": [attempt.stored("a,b", "rows.csv")]}

    def code(seen: ExecutorInput) -> None:
        place = Path(seen.inputs.artifacts["rows"].artifacts[0].uri)
        place.chmod(0o644)
        place.write_text("spoilt")

    with pytest.raises(InputChanged, match="'rows'"):
        attempt.run(code)
    assert not attempt.store.exists(attempt.inputs["rows"][0].uri)
