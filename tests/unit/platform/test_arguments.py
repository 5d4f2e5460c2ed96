"""From what a person gives to what a run is given."""

from datetime import UTC, datetime

import msgspec
import pytest

from penstock.artifacts import open_artifact_store
from penstock.core.ids import Digest, RunId
from penstock.ir.errors import ParametersRejected
from penstock.ir.spec import (
    ComponentInputs,
    InputArtifact,
    InputParameter,
)
from penstock.metadata.records import Run
from penstock.platform.arguments import (
    InputMissing,
    InputNotFound,
    fit_arguments,
    input_artifacts,
    store_inputs,
)

INPUTS = ComponentInputs(
    parameters={"n": InputParameter(parameter_type="NUMBER_INTEGER", default_value=2.0)},
    artifacts={
        "data": InputArtifact(),
        "many": InputArtifact(is_artifact_list=True, is_optional=True),
    },
)
TYPES = {"data": "system.Dataset", "many": "system.Dataset"}


@pytest.fixture
def files(tmp_path):
    for name in ("a.csv", "b ü.csv"):
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    "given", ["a.csv", "{folder}/a.csv", "file://{folder}/a.csv", "./a.csv"], ids=["name", "path", "url", "dot"]
)
def test_a_file_is_named_by_path_or_url(files, given):
    fitted = fit_arguments(INPUTS, {"data": given.format(folder=files)}, files)
    assert [path.read_text() for path in fitted.files["data"]] == ["a.csv"]
    assert fitted.parameters == {"n": 2}


def test_what_lies_elsewhere_is_referred_to(files):
    fitted = fit_arguments(INPUTS, {"data": "s3://bucket//rows.csv"}, files)
    assert fitted.files == {"data": ["s3://bucket//rows.csv"]}


@pytest.mark.parametrize("given", [["a.csv", "s3://b/x", "b ü.csv"], '["a.csv", "s3://b/x", "b ü.csv"]'])
def test_a_list_of_artifacts_is_several_places(files, given):
    fitted = fit_arguments(INPUTS, {"data": "a.csv", "many": given}, files)
    assert fitted.files["many"] == [files / "a.csv", "s3://b/x", files / "b ü.csv"]


def test_one_place_is_a_list_of_one_where_a_list_is_declared(files):
    assert fit_arguments(INPUTS, {"data": "a.csv", "many": "a.csv"}, files).files["many"] == [files / "a.csv"]


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ("gone.csv", "'gone.csv', which does not exist"),
        ("", "which does not exist"),
        ("file:///gone.csv", "does not exist"),
        ("nonsense://x", "which nothing here reads"),
        ("s3://", "which nothing here reads"),
    ],
)
def test_what_cannot_be_read_is_refused_before_the_run(files, given, match):
    with pytest.raises(InputNotFound, match=match):
        fit_arguments(INPUTS, {"data": given}, files)


def test_an_artifact_that_is_not_named_is_missing_unless_it_is_optional(files):
    with pytest.raises(InputMissing, match="'data'"):
        fit_arguments(INPUTS, {"n": 1}, files)
    with pytest.raises(ParametersRejected, match="'nothing'"):
        fit_arguments(INPUTS, {"data": "a.csv", "nothing": 1}, files)


def recorded(inputs) -> Run:
    kept = msgspec.json.decode(msgspec.json.encode(inputs))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Run(run_id=RunId("r"), pipeline="p", spec=Digest("sha256:0"), created_at=now, options={"inputs": kept})


def test_inputs_are_copied_and_come_back_from_the_runs_record(files):
    store = open_artifact_store(str(files / "store"))
    fitted = fit_arguments(INPUTS, {"data": "a.csv", "many": ["b ü.csv", "gs://b/x"]}, files)
    found = input_artifacts(recorded(store_inputs(store, fitted.files)), TYPES)
    (files / "a.csv").write_text("changed")
    [data] = found["data"]
    assert store.path(data.uri).read_text() == "a.csv"
    assert data.metadata == {"kind": "file", "source": str(files / "a.csv")}
    first, second = found["many"]
    assert store.path(first.uri).read_text() == "b ü.csv"
    assert (second.uri, second.digest, second.metadata) == ("gs://b/x", None, {})
    assert len({data.artifact_id, first.artifact_id, second.artifact_id}) == 3


def test_the_record_of_an_older_run_names_one_place_for_each_input():
    facts = {"uri": "/store/x", "digest": "sha256:1", "size": 3, "source": "/x"}
    [artifact] = input_artifacts(recorded({"data": facts}), TYPES)["data"]
    assert (artifact.uri, artifact.size) == ("/store/x", 3)
