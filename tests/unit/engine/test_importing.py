"""Importers: what becomes of what was named, and what becomes of the run."""

import threading
from datetime import UTC, datetime

import fsspec
import pytest
from msgspec import structs

from penstock.artifacts import open_artifact_store
from penstock.core.ids import ArtifactId, TaskPath
from penstock.engine.events import ImportArtifact
from penstock.engine.importing import Import, Imports, run_import
from penstock.ir.parameters import InputParameter
from penstock.ir.runtime import TaskFailure
from penstock.ir.spec import (
    ArtifactType,
    ComponentInputs,
    ComponentOutputs,
    ComponentSpec,
    ExecutorSpec,
    ImporterSpec,
    OutputArtifact,
    ValueOrRuntimeParameter,
)
from penstock.metadata.records import State
from support.pipelines import constant, dag, document, leaf, outer, task
from support.simulation import Simulation, failure

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    return open_artifact_store(str(tmp_path / "store"))


def job(tmp_path, uri: str, *, own_id: str = "own", metadata=None, title: str = "system.Dataset", **spec) -> Import:
    command = ImportArtifact(path=TaskPath("get"), uri=uri, metadata=metadata or {})
    return Import(
        command=command,
        task="get",
        spec=ImporterSpec(type_schema=ArtifactType(schema_title=title), **spec),
        name="artifact",
        own_id=ArtifactId(own_id),
        cwd=tmp_path,
        workspace=str(tmp_path / "workspace"),
        now=NOW,
    )


@pytest.fixture
def rows(tmp_path):
    file = tmp_path / "rows ü.csv"
    file.write_text("a\n1\n")
    return file


@pytest.fixture
def remote():
    fs = fsspec.filesystem("memory")
    fs.pipe("/bucket/rows.csv", b"a\n2\n")
    fs.pipe("/bucket/parts/0.csv", b"0")
    fs.pipe("/bucket/parts/deep/1.csv", b"1")
    yield fs
    fs.rm("/bucket", recursive=True)


@pytest.mark.parametrize("form", ["{}", "file://{}", "rows ü.csv"])
def test_a_local_file_is_copied_so_that_nobody_changes_it_under_the_run(store, tmp_path, rows, form):
    artifact = run_import(job(tmp_path, form.format(rows), metadata={"rows": 1}), store).result
    rows.write_text("changed")
    assert store.path(artifact.uri).read_text() == "a\n1\n"
    assert (artifact.type, artifact.metadata["rows"]) == ("system.Dataset", 1)
    assert artifact.metadata["source"] == str(rows)


@pytest.mark.parametrize("uri", ["gs://b/x", "s3://b/x", "minio://b/x", "https://h/x", "memory://x", "hdfs://h/x"])
def test_what_lies_elsewhere_stays_a_reference_whether_or_not_it_is_there(store, tmp_path, uri):
    artifact = run_import(job(tmp_path, uri), store).result
    assert (artifact.uri, artifact.digest) == (uri, None)


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("", "no path and no URL"),
        ("  ", "no path and no URL"),
        ("a\0b", "no path and no URL"),
        ("nowhere.csv", "no such file"),
        ("file:///nowhere/at/all", "no such file"),
        ("file://host/x", "another machine"),
        ("s3://", "names nothing"),
        ("nonsense://x", "nothing here reads `nonsense://`"),
        ("oci://registry/model", "imported as a `Model`"),
    ],
)
def test_what_names_no_place_is_refused(store, tmp_path, uri, reason):
    failed = run_import(job(tmp_path, uri), store).result
    assert isinstance(failed, TaskFailure)
    assert (failed.kind, failed.code) == ("user", "ENG030")
    assert reason in failed.message


def test_a_model_in_a_registry_is_a_reference(store, tmp_path):
    assert run_import(job(tmp_path, "oci://r/m", title="system.Model"), store).result.uri == "oci://r/m"
    failed = run_import(job(tmp_path, "oci://r/m", title="system.Model", download_to_workspace=True), store).result
    assert "cannot be brought into a workspace" in failed.message


def test_the_same_import_is_the_same_artifact_unless_it_is_to_be_new(store, tmp_path, rows):
    def ident(uri=str(rows), metadata=None, **spec):
        return run_import(job(tmp_path, uri, metadata=metadata, **spec), store).result.artifact_id

    assert ident() == ident() != "own"
    assert ident(reimport=True) == "own"
    assert ident(metadata={"v": 1}) != ident()
    assert ident("gs://b/x") != ident("gs://b/y")
    rows.write_text("other bytes")
    before = ident()
    rows.write_text("and others")
    assert ident() != before


# --- the workspace ------------------------------------------------------------------------------------------


def test_what_is_remote_is_brought_into_the_workspace(store, tmp_path, remote):
    artifact = run_import(job(tmp_path, "memory://bucket/rows.csv", download_to_workspace=True), store).result
    assert artifact.metadata["_kfp_workspace"] is True
    assert (tmp_path / "workspace/.artifacts/memory/bucket/rows.csv").read_text() == "a\n2\n"


def test_a_folder_is_brought_as_a_whole_and_takes_the_place_of_an_older_one(store, tmp_path, remote):
    place = tmp_path / "workspace/.artifacts/memory/bucket/parts"
    place.mkdir(parents=True)
    (place / "older.csv").write_text("x")
    assert not isinstance(
        run_import(job(tmp_path, "memory://bucket/parts", download_to_workspace=True), store).result, TaskFailure
    )
    found = sorted(str(file.relative_to(place)) for file in place.rglob("*.csv"))
    assert found == ["0.csv", "deep/1.csv"]
    assert [entry.name for entry in place.parent.iterdir()] == ["parts"]


def test_a_local_file_lies_in_the_workspace_and_in_the_store(store, tmp_path, rows):
    artifact = run_import(job(tmp_path, str(rows), download_to_workspace=True), store).result
    copies = list((tmp_path / "workspace").rglob("rows ü.csv"))
    assert [copy.read_text() for copy in copies] == ["a\n1\n"]
    copies[0].write_text("tasks may write there")
    assert store.path(artifact.uri).read_text() == "a\n1\n"


def test_what_is_not_there_cannot_be_brought(store, tmp_path, remote):
    failed = run_import(job(tmp_path, "memory://bucket/gone", download_to_workspace=True), store).result
    assert isinstance(failed, TaskFailure)
    assert "memory://bucket/gone" in failed.message


def test_imports_are_done_beside_the_engine_and_each_is_told_of_once(store, tmp_path, rows):
    told, all_told = [], threading.Event()

    def deliver(event):
        told.append(event.path)
        if len(told) == 50:
            all_told.set()

    imports = Imports(store, deliver)
    for index in range(50):
        command = ImportArtifact(path=TaskPath(f"t{index}"), uri=str(rows), metadata={})
        imports.begin(structs.replace(job(tmp_path, ""), command=command))
    assert all_told.wait(30)
    assert sorted(told) == sorted(f"t{index}" for index in range(50))


# --- in a run -----------------------------------------------------------------------------------------------


def importing(place, *, retries: int = 0, condition: str = "", metadata=None, **inputs):
    spec = ImporterSpec(
        artifact_uri=place, metadata=metadata or {}, type_schema=ArtifactType(schema_title="system.Dataset")
    )
    component = ComponentSpec(
        executor_label="exec-get",
        input_definitions=ComponentInputs(parameters={"uri": InputParameter(parameter_type="STRING")}),
        output_definitions=ComponentOutputs(artifacts={"data": OutputArtifact()}),
    )
    get = task("get", inputs=inputs, retries=retries, backoff="5s", condition=condition)
    root = dag({"get": get, "after": task("work", after=["get"])}, p="STRING?")
    made = document(root, get=component, work=leaf("work"))
    executors = made.pipeline.deployment_spec.executors | {"exec-get": ExecutorSpec(importer=spec)}
    deployment = structs.replace(made.pipeline.deployment_spec, executors=executors)
    return structs.replace(made, pipeline=structs.replace(made.pipeline, deployment_spec=deployment))


RUNTIME = ValueOrRuntimeParameter(runtime_parameter="uri")


def test_an_importer_takes_its_uri_and_metadata_from_its_inputs():
    pipeline = importing(
        RUNTIME,
        metadata={"by": "{{$.inputs.parameters['uri']}}", "n": 3, "text": "at {{$.inputs.parameters['uri']}}!"},
        uri=outer("p"),
    )
    run = Simulation(pipeline, parameters={"p": "s3://b/{{$.pipeline_job_name}}"}).start()
    [asked] = run.imports
    assert asked.uri == "s3://b/{{$.pipeline_job_name}}"
    assert asked.metadata == {"by": asked.uri, "n": 3, "text": f"at {asked.uri}!"}
    run.finish()
    assert run.run_state is State.SUCCEEDED
    assert list(run.stored[TaskPath("get")].outputs.artifacts) == ["data"]


def test_a_constant_uri_may_hold_placeholders():
    pipeline = importing(ValueOrRuntimeParameter(constant="s3://b/{{$.inputs.parameters['uri']}}"), uri=constant("x y"))
    assert Simulation(pipeline).start().imports[0].uri == "s3://b/x y"


def test_an_importer_in_a_branch_that_is_not_taken_imports_nothing():
    run = Simulation(importing(RUNTIME, uri=constant("x"), condition="false")).start().finish()
    assert run.calls == []
    assert run.states() == {"get": "SKIPPED", "after": "SKIPPED"}


@pytest.mark.parametrize(("kind", "calls"), [("user", 1), ("task", 3), ("infra", 4)])
def test_a_failed_import_is_tried_again_as_a_task_is(kind, calls):
    run = Simulation(importing(RUNTIME, uri=constant("x"), retries=2))
    run.imported = lambda asked: failure(kind)
    run.start().finish()
    assert run.calls == ["get"] * calls
    assert run.run_state is State.FAILED


def test_a_crash_during_an_import_or_before_its_retry_only_begins_it_again():
    run = Simulation(importing(RUNTIME, uri=constant("x"), retries=2))
    answers = iter([failure(), failure()])
    run.imported = lambda asked: next(answers, None) or run._at(asked)
    run.start()
    run.crash()
    assert run.calls == []
    run.step()
    run.crash()
    assert run.imports == []
    assert len(run.timers) == 1
    run.finish()
    assert run.calls == ["get", "get", "get", "after"]
    assert run.run_state is State.SUCCEEDED
    assert run.stored[TaskPath("get")].failures == 2


def test_an_import_that_ends_after_the_run_was_canceled_changes_nothing():
    run = Simulation(importing(RUNTIME, uri=constant("x"))).start()
    run.cancel()
    run.step()
    assert run.run_state is State.CANCELED
    assert run.artifacts == {}
