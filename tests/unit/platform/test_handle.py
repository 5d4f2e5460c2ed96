"""What `pipeline.run()` returns."""

import pickle
from importlib import import_module
from pathlib import Path

import pytest

from penstock.artifacts import ArtifactStore
from penstock.artifacts.errors import ArtifactMissing
from penstock.data import JSON, Metrics, Text
from penstock.data.errors import ConversionError, UnknownType
from penstock.metadata import MetadataStore
from penstock.metadata.records import Bindings, State
from penstock.platform.finding import TaskAmbiguous, TaskNotFound
from penstock.platform.handle import RunNotSucceeded, RunResult
from support.pipelines import dag, document, leaf, task
from support.recorded import RecordedRun, put_text
from support.taxi_runs import EARLIER, failed_taxi_run, succeeded_taxi_run


@pytest.fixture
def succeeded(store: MetadataStore, artifacts: ArtifactStore) -> RunResult:
    return RunResult(store, artifacts, succeeded_taxi_run(store, artifacts).run)


@pytest.fixture
def failed(store: MetadataStore, artifacts: ArtifactStore, tmp_path: Path) -> RunResult:
    log = tmp_path / "train.log"
    log.write_text("epoch 1\n")
    return RunResult(store, artifacts, failed_taxi_run(store, log, run_id="20261121-180000-failed").run)


def holding(
    store: MetadataStore, artifacts: ArtifactStore, name: str, text: str, *, run_id: str = "r1", **metadata: object
) -> RunResult:
    """A run of one task with one output: an artifact that holds `text`."""
    run = RecordedRun(store, document(dag({"a": task("x")}), x=leaf("x")), run_id)
    made = run.artifact("a", "Output", "Artifact", put_text(artifacts, name, text), **metadata)
    run.runs("a", 0, 1, artifacts={"Output": made})
    run.ends(State.SUCCEEDED, 1, outputs=Bindings(artifacts={"Output": [made.artifact_id]}))
    return RunResult(store, artifacts, run.run)


def test_it_says_how_the_run_went(succeeded: RunResult, failed: RunResult) -> None:
    assert (succeeded.succeeded, succeeded.state, succeeded.duration) == (True, State.SUCCEEDED, 9.7)
    assert succeeded.parameters == {"path": "data/taxi.csv", "learning_rate": 0.05}
    assert not failed.succeeded
    assert failed.error is not None
    assert failed.error.message == "ValueError: no rows with 'big_tip'"


def test_a_success_is_passed_on_and_a_failure_raised_with_the_traceback(
    succeeded: RunResult, failed: RunResult
) -> None:
    assert succeeded.raise_for_state() is succeeded
    with pytest.raises(RunNotSucceeded, match=r"is FAILED: ValueError: no rows") as caught:
        failed.raise_for_state()
    assert "features.py" in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_parameters_are_values_and_artifacts_handles(succeeded: RunResult) -> None:
    assert succeeded.outputs["auc"] == 0.912345
    assert repr(succeeded.outputs["model"]).startswith("<Model 'model' a")
    assert succeeded.outputs["model"].path.read_text().startswith("weights")


def test_the_only_output_has_a_short_name(succeeded: RunResult, store: MetadataStore, artifacts: ArtifactStore) -> None:
    assert succeeded["train"].output.id == succeeded.outputs["model"].id
    with pytest.raises(LookupError, match=r"not exactly one output, but: auc, model"):
        _ = succeeded.output
    with_one = holding(store, artifacts, "t.txt", "hello", kind="text", run_id="20261121-180000-single")
    assert with_one.output.load() == "hello"


def test_tasks_are_found_by_path_and_by_name(succeeded: RunResult) -> None:
    assert succeeded["train"].attempts == 2
    assert succeeded["load"].cached
    assert succeeded.tasks["load"].state == "CACHED"
    assert succeeded["publish"].path == "condition-1.publish"
    assert succeeded["for-loop-1[2].fit"].seconds == pytest.approx(0.7)
    assert "validate" in succeeded.tasks
    assert list(succeeded.tasks) == [*succeeded.tasks.keys()]


def test_a_name_that_no_task_has_is_answered_with_the_closest(succeeded: RunResult) -> None:
    with pytest.raises(TaskNotFound, match="did you mean `train`"):
        _ = succeeded["trian"]
    assert succeeded.tasks.get("trian") is None


def test_a_name_that_several_tasks_have_is_refused_with_their_paths(succeeded: RunResult) -> None:
    with pytest.raises(TaskAmbiguous, match=r"for-loop-1\[0\]\.fit"):
        _ = succeeded["fit"]


@pytest.mark.parametrize(
    ("name", "text", "kind", "value"),
    [
        ("v.json", '{"a": [1]}', "json", {"a": [1]}),
        ("v.txt", "hello", "text", Text("hello")),
        ("v.json", '{"auc": 0.9}', "metrics", Metrics(auc=0.9)),
    ],
)
def test_a_value_loads_as_the_usual_type_of_its_kind(
    store: MetadataStore, artifacts: ArtifactStore, name: str, text: str, kind: str, value: object
) -> None:
    loaded = holding(store, artifacts, name, text, kind=kind).output.load()
    assert loaded == value
    assert type(loaded) is type(value)


def test_another_type_can_be_asked_for(store: MetadataStore, artifacts: ArtifactStore) -> None:
    handle = holding(store, artifacts, "v.json", "[1, 2]", kind="json").output
    assert handle.load(JSON) == JSON([1, 2])
    assert handle.load(Path).read_text() == "[1, 2]"
    with pytest.raises(ConversionError, match="of kind `json`"):
        handle.load(Text)
    with pytest.raises(UnknownType, match="the type of a parameter"):
        handle.load(int)


def test_bytes_of_no_known_kind_load_as_their_path(store: MetadataStore, artifacts: ArtifactStore) -> None:
    handle = holding(store, artifacts, "v.bin", "?", kind="something-else").output
    assert handle.load() == handle.path


def test_a_file_loads_as_its_path_unless_it_was_bytes(store: MetadataStore, artifacts: ArtifactStore) -> None:
    handle = holding(store, artifacts, "v.bin", "?", kind="file").output
    assert handle.load() == handle.path
    assert handle.load(bytes) == b"?"


def test_bytes_load_as_bytes(store: MetadataStore, artifacts: ArtifactStore) -> None:
    assert holding(store, artifacts, "v.bin", "?", kind="file", python_type="builtins.bytes").output.load() == b"?"


def test_a_table_loads_as_what_its_producer_returned(store: MetadataStore, artifacts: ArtifactStore) -> None:
    pd, pl = import_module("pandas"), import_module("polars")
    run = RecordedRun(store, document(dag({"a": task("x")}), x=leaf("x")))
    source = artifacts.staging() / "rows.parquet"
    pl.DataFrame({"n": [1, 2]}).write_parquet(source)
    stored = artifacts.put(source, "rows.parquet")
    frame = run.artifact("a", "rows", "Dataset", stored, kind="table", python_type="pandas.DataFrame")
    run.runs("a", 0, 1, artifacts={"rows": frame})
    handle = RunResult(store, artifacts, run.run)["a"].output
    assert isinstance(handle.load(), pd.DataFrame)
    assert handle.load(pl.LazyFrame).collect()["n"].to_list() == [1, 2]


def test_a_type_that_metadata_name_is_not_imported(store: MetadataStore, artifacts: ArtifactStore) -> None:
    handle = holding(store, artifacts, "v.txt", "x", kind="text", python_type="antigravity.Text").output
    assert type(handle.load()) is Text


def test_bytes_that_are_gone_are_missing(store: MetadataStore, artifacts: ArtifactStore) -> None:
    run = RecordedRun(store, document(dag({"a": task("x")}), x=leaf("x")))
    run.runs("a", 0, 1, artifacts={"Output": run.artifact("a", "Output", "Artifact", kind="text")})
    with pytest.raises((ArtifactMissing, ValueError), match="/nowhere/Output"):
        RunResult(store, artifacts, run.run)["a"].output.load()


def test_metrics_are_numbers_by_task(succeeded: RunResult) -> None:
    assert succeeded.metrics == {"evaluate": {"auc": 0.912345, "log_loss": 0.31, "rows": 41234}}


def test_logs_and_reasons_are_words(failed: RunResult) -> None:
    assert failed.logs("train") == "epoch 1\n"
    assert failed.logs() == "── train\nepoch 1\n"
    assert failed.logs("validate") == ""
    assert failed.explain("load") == [f"served from cache: run {EARLIER}"]


def test_it_shows_itself_on_one_line(succeeded: RunResult) -> None:
    assert repr(succeeded) == "<run 20261121-174501-4k7qpz of taxi: SUCCEEDED in 9.7s>"
    assert repr(succeeded["train"]) == "<task train SUCCEEDED 4.5s>"


def test_a_notebook_shows_state_tasks_metrics_and_what_failed(succeeded: RunResult, failed: RunResult) -> None:
    shown = succeeded._repr_html_()
    assert all(words in shown for words in ("✓ SUCCEEDED", "for-loop-1", "0.91234", "≡ CACHED"))
    assert "<script" not in shown
    assert "no rows with &#x27;big_tip&#x27;" in failed._repr_html_()


def test_a_notebook_shows_what_is_in_an_artifact(store: MetadataStore, artifacts: ArtifactStore) -> None:
    handle = holding(store, artifacts, "v.html", "<script>1</script>", kind="html").output
    assert repr(handle).startswith("<Html 'Output' a")
    assert 'sandbox="" srcdoc="&lt;script&gt;' in handle._repr_html_()
    assert "<script" not in handle._repr_html_()
