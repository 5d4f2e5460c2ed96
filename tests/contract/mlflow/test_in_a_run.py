"""MLflow in a component: nothing is configured, and what it logs lands under the execution."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from penstock.core.ids import TaskPath
from penstock.metadata import open_store
from penstock.metadata.store import MetadataStore
from penstock.metadata.tracking import TrackedRun, tracked_id
from penstock.platform.finding import find_run
from support.projects import Project

if TYPE_CHECKING:
    from penstock.metadata.records import Run

QUIET = {"MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}

PIPELINE = """
import mlflow
import mlflow.sklearn
import pandas as pd
from sklearn.linear_model import LogisticRegression

from penstock import component, pipeline

ROWS = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0], "y": [0, 0, 1, 1]})


@component
def train(c: float) -> float:
    mlflow.sklearn.autolog(log_models=False, log_datasets=True)
    with mlflow.start_run() as run:
        model = LogisticRegression(C=c).fit(ROWS[["x"]], ROWS["y"])
        for step in range(3):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_text("hello", "notes/a.txt")
        mlflow.sklearn.log_model(
            model, name="net", registered_model_name="net", pip_requirements=[], serialization_format="cloudpickle"
        )
    client = mlflow.MlflowClient()
    client.set_registered_model_alias("net", "champion", client.get_latest_versions("net")[0].version)
    table = mlflow.search_runs()
    assert set(table["experiment_id"]) == {run.info.experiment_id}
    assert run.info.run_id in set(table["run_id"])
    with mlflow.start_run(run_name="another"):
        mlflow.log_metric("beside", 1)
    mlflow.set_experiment("mine")
    with mlflow.start_run(run_name="elsewhere"):
        mlflow.log_metric("beside", 2)
    return 1.0


@component
def use(ready: float) -> list[int]:
    model = mlflow.pyfunc.load_model("models:/net@champion")
    mlflow.log_metric("used", ready)
    return [int(value) for value in model.predict(ROWS[["x"]])]


@component
def silent(ready: float) -> float:
    return ready


@pipeline
def tracked(c: float = 1.0):
    ready = train(c=c)
    use(ready=ready)
    silent(ready=ready)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The pipeline, run once by the real command."""
    project = Project(tmp_path_factory.mktemp("author"), pipeline=PIPELINE)
    ended = project.penstock("run", "pipeline.py", "-p", "c=2", timeout=150, env=QUIET)
    assert ended.code == 0, ended
    return project


@pytest.fixture
def store(project: Project) -> Iterator[MetadataStore]:
    store = open_store(project.home / "penstock.db")
    yield store
    store.close()


@pytest.fixture
def run(store: MetadataStore) -> "Run":
    return find_run(store, "last")


def tracked(store: MetadataStore, run: "Run", path: str) -> TrackedRun:
    return store.tracking.run(tracked_id(run.run_id, path))


def test_what_a_task_logs_is_its_executions(store: MetadataStore, run: "Run") -> None:
    train = tracked(store, run, "train")
    ident = train.tracked_id
    assert (train.path, train.status, train.name) == (TaskPath("train"), "FINISHED", "train")
    assert [(one.step, round(one.value, 2)) for one in store.tracking.history(ident, "loss")] == [
        (0, 1.0),
        (1, 0.5),
        (2, 0.33),
    ]
    assert store.tracking.params([ident])[ident]["C"] == "2.0"
    assert "training_accuracy_score" in store.tracking.latest_metrics([ident])[ident]
    assert [dataset.tags for dataset in store.tracking.datasets([ident])[ident]] == [{"mlflow.data.context": "train"}]
    assert [link.kind for link in store.tracking.model_links([ident])[ident]] == ["output"]
    assert store.files.get(f"{train.experiment_id}/{ident}/artifacts/notes/a.txt") is not None


def test_the_pipelines_run_is_its_parent_with_the_parameters(store: MetadataStore, run: "Run") -> None:
    parent = tracked(store, run, "")
    assert tracked(store, run, "train").parent == parent.tracked_id
    assert store.tracking.experiment(parent.experiment_id).name == "tracked"
    assert store.tracking.params([parent.tracked_id])[parent.tracked_id] == {"c": "2.0"}
    assert parent.status == "FINISHED"


def test_a_run_that_a_task_begins_beside_its_own_is_its_child(store: MetadataStore, run: "Run") -> None:
    train = tracked(store, run, "train")
    (beside,) = [one for one in store.tracking.runs_of(run.run_id) if one.name == "another"]
    assert (beside.parent, beside.run_id, beside.status) == (train.tracked_id, run.run_id, "FINISHED")
    assert beside.experiment_id == train.experiment_id


def test_an_experiment_that_the_code_names_is_taken(store: MetadataStore, run: "Run") -> None:
    (mine,) = store.tracking.experiments(name="mine")
    (elsewhere,) = store.tracking.runs([mine.experiment_id])
    assert (elsewhere.name, elsewhere.parent) == ("elsewhere", tracked(store, run, "train").tracked_id)


def test_a_task_that_logs_nothing_has_no_run(store: MetadataStore, run: "Run") -> None:
    assert {one.path for one in store.tracking.runs_of(run.run_id)} == {"", "train", "use", None}


def test_a_model_is_loaded_by_its_alias_in_the_next_task(store: MetadataStore, run: "Run") -> None:
    use = store.execution(run.run_id, TaskPath("use"))
    assert use is not None
    assert use.outputs.parameters == {"Output": [0, 0, 1, 1]}
    version = store.registry.version("net", 1)
    assert (version.run_id, version.path) == (run.run_id, "train")
    assert version.created_by == f"run {run.run_id} (train)"


def test_inline_a_task_finds_the_endpoint_too(project: Project, tmp_path: Path) -> None:
    project.write("small.py", SMALL)
    ended = project.penstock("run", "small.py", "--inline", timeout=60, env=QUIET)
    assert ended.code == 0, ended
    store = open_store(project.home / "penstock.db")
    run = find_run(store, "last")
    ident = tracked_id(run.run_id, "log")
    assert store.tracking.latest_metrics([ident])[ident]["inline"].value == 7
    store.close()


SMALL = """
from penstock import component, pipeline
from penstock.client.http import Endpoint


@component
def log() -> int:
    api = "/api/2.0/mlflow"
    endpoint = Endpoint.current()
    experiment = endpoint.get(f"{api}/experiments/get-by-name", experiment_name="small")["experiment"]
    run = endpoint.post(f"{api}/runs/create", {"experiment_id": experiment["experiment_id"]})["run"]["info"]
    endpoint.post(f"{api}/runs/log-metric", {"run_id": run["run_id"], "key": "inline", "value": 7})
    return 7


@pipeline
def small():
    log()
"""


@pytest.mark.parametrize("given", ["MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_USERNAME"])
def test_variables_of_the_users_own_are_left_alone(project: Project, given: str) -> None:
    project.write("asked.py", ASKED)
    own: dict[str, Any] = {given: "https://mine.example"}
    ended = project.penstock("run", "asked.py", "--no-cache", timeout=60, env=own)
    assert ended.code == 0, ended
    store = open_store(project.home / "penstock.db")
    execution = store.execution(find_run(store, "last").run_id, TaskPath("names"))
    store.close()
    assert execution is not None
    assert execution.outputs.parameters == {"Output": [given, "PENSTOCK_ENDPOINT", "PENSTOCK_TOKEN"]}


ASKED = """
import os

from penstock import component, pipeline


@component
def names() -> list[str]:
    ours = ("PENSTOCK_ENDPOINT", "PENSTOCK_TOKEN")
    return sorted(name for name in os.environ if name.startswith("MLFLOW_") or name in ours)


@pipeline
def asked():
    names()
"""
