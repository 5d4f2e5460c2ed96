"""Experiments, runs, and what is logged to them, by MLflow's own client."""

import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mlflow import MlflowClient

pytestmark = pytest.mark.filterwarnings("ignore")


def refused(mlflow: Any, code: str, match: str) -> Any:
    """Expect the client to raise MLflow's error with that code."""
    raised = pytest.raises(mlflow.exceptions.MlflowException, match=match)
    return _Coded(raised, code)


class _Coded:
    def __init__(self, raised: Any, code: str) -> None:
        self._raised, self._code = raised, code

    def __enter__(self) -> None:
        self._error = self._raised.__enter__()

    def __exit__(self, *details: Any) -> bool:
        caught: bool = self._raised.__exit__(*details)
        assert self._error.value.error_code == self._code
        return caught


# --- experiments ----------------------------------------------------------------------------------------------


def test_an_experiment_is_made_found_changed_deleted_and_restored(client: "MlflowClient", mlflow: Any) -> None:
    ident = client.create_experiment("team/größe 日本", tags={"team": "a"})
    found = client.get_experiment_by_name("team/größe 日本")
    assert (found.experiment_id, found.tags, found.lifecycle_stage) == (ident, {"team": "a"}, "active")
    assert found.artifact_location == f"mlflow-artifacts:/{ident}"
    assert found.creation_time > 1_700_000_000_000
    client.rename_experiment(ident, "renamed")
    client.set_experiment_tag(ident, "team", "b")
    assert (client.get_experiment(ident).name, client.get_experiment(ident).tags) == ("renamed", {"team": "b"})
    client.delete_experiment(ident)
    assert client.get_experiment(ident).lifecycle_stage == "deleted"
    with refused(mlflow, "RESOURCE_ALREADY_EXISTS", "'renamed' already, which is deleted"):
        client.create_experiment("renamed")
    client.restore_experiment(ident)
    assert client.get_experiment(ident).lifecycle_stage == "active"


def test_what_is_not_there_is_said_to_be_so(client: "MlflowClient", mlflow: Any) -> None:
    assert client.get_experiment_by_name("no such thing") is None
    with refused(mlflow, "RESOURCE_DOES_NOT_EXIST", "no experiment '77' is tracked"):
        client.get_experiment("77")
    with refused(mlflow, "RESOURCE_DOES_NOT_EXIST", "no run '0{32}' is tracked"):
        client.get_run("0" * 32)
    with refused(mlflow, "RESOURCE_DOES_NOT_EXIST", "no run '0{32}' is tracked"):
        client.log_metric("0" * 32, "m", 1)
    with refused(mlflow, "RESOURCE_DOES_NOT_EXIST", "no logged model 'm-0'"):
        client.get_logged_model("m-0")


def test_the_default_experiment_is_always_there(client: "MlflowClient") -> None:
    assert client.get_experiment("0").name == "Default"
    assert client.create_run("0").info.experiment_id == "0"


def test_experiments_are_searched_by_name_and_tag(client: "MlflowClient") -> None:
    for name, team in (("wanted-1", "x"), ("wanted-2", "y"), ("other", "x")):
        client.create_experiment(name, tags={"wanted": team})
    found = client.search_experiments(filter_string="name LIKE 'wanted-%' AND tags.wanted = 'x'")
    assert [one.name for one in found] == ["wanted-1"]
    found = client.search_experiments(filter_string="tags.wanted != 'z'", order_by=["name DESC"], max_results=2)
    assert [one.name for one in found] == ["wanted-2", "wanted-1"]
    rest = client.search_experiments(
        filter_string="tags.wanted != 'z'", order_by=["name DESC"], max_results=2, page_token=found.token
    )
    assert ([one.name for one in rest], rest.token) == (["other"], None)


# --- runs -----------------------------------------------------------------------------------------------------


def test_a_run_has_what_was_logged_to_it(client: "MlflowClient", mlflow: Any, experiment: str) -> None:
    from mlflow.entities import Metric, Param, RunTag

    run = client.create_run(experiment, start_time=1_000, tags={"a": "b", "mlflow.user": "ada"}, run_name="first")
    ident = run.info.run_id
    metrics = [Metric("loss", 1 / 3, 2_000, 1), Metric("loss", 0.25, 3_000, 2), Metric("größe/日本", -5, 1, 0)]
    client.log_batch(ident, metrics=metrics, params=[Param("p", "x" * 6000)], tags=[RunTag("long", "y" * 5000)])
    client.log_param(ident, "p", "x" * 6000)
    client.set_tag(ident, "a", "c")
    client.set_terminated(ident, "FAILED", end_time=9_000)
    found = client.get_run(ident)
    assert (found.info.run_name, found.info.start_time, found.info.end_time) == ("first", 1_000, 9_000)
    assert (found.info.status, found.info.lifecycle_stage, found.info.user_id) == ("FAILED", "active", "ada")
    assert found.info.artifact_uri == f"mlflow-artifacts:/{experiment}/{ident}/artifacts"
    assert found.data.metrics == {"loss": 0.25, "größe/日本": -5}
    assert found.data.params == {"p": "x" * 6000}
    expected = {"a": "c", "long": "y" * 5000, "mlflow.user": "ada", "mlflow.runName": "first"}
    assert found.data.tags == expected


def test_a_run_is_renamed_deleted_and_restored(client: "MlflowClient", mlflow: Any, run: str) -> None:
    client.update_run(run, name="second")
    assert client.get_run(run).data.tags["mlflow.runName"] == "second"
    client.set_tag(run, "mlflow.runName", "third")
    assert client.get_run(run).info.run_name == "third"
    client.set_tag(run, "gone", "x")
    client.delete_tag(run, "gone")
    assert "gone" not in client.get_run(run).data.tags
    with refused(mlflow, "RESOURCE_DOES_NOT_EXIST", "has no tag 'gone'"):
        client.delete_tag(run, "gone")
    client.delete_run(run)
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    with refused(mlflow, "RESOURCE_DOES_NOT_EXIST", "is deleted, so nothing can be logged to it"):
        client.log_metric(run, "m", 1)
    client.restore_run(run)
    client.log_metric(run, "m", 1)


def test_numbers_that_are_not_finite_are_kept(client: "MlflowClient", run: str) -> None:
    for key, value in (("nan", math.nan), ("up", math.inf), ("down", -math.inf), ("tiny", 5e-324), ("zero", -0.0)):
        client.log_metric(run, key, value)
    found = client.get_run(run).data.metrics
    assert math.isnan(found.pop("nan"))
    assert found == {"up": math.inf, "down": -math.inf, "tiny": 5e-324, "zero": 0.0}


def test_a_parameter_that_changes_is_refused_and_nothing_of_its_batch_is_kept(
    client: "MlflowClient", mlflow: Any, run: str
) -> None:
    from mlflow.entities import Metric, Param

    client.log_param(run, "p", 1)
    with refused(mlflow, "INVALID_PARAMETER_VALUE", "is '1' already, and cannot become '2'"):
        client.log_batch(run, metrics=[Metric("m", 1, 1, 1)], params=[Param("q", "1"), Param("p", "2")])
    found = client.get_run(run)
    assert (found.data.params, found.data.metrics) == ({"p": "1"}, {})


def test_a_history_comes_whole_and_in_pages(client: "MlflowClient", run: str) -> None:
    from mlflow.entities import Metric

    client.log_batch(
        run, metrics=[Metric("m", math.nan if step == 3 else step / 4, 10 + step, step) for step in range(7)]
    )
    history = client.get_metric_history(run, "m")
    assert [(one.step, one.timestamp) for one in history] == [(step, 10 + step) for step in range(7)]
    store = client._tracking_client.store
    pages, token = [], None
    while token != "":
        page = store.get_metric_history(run, "m", max_results=4, page_token=token)
        pages.append([one.step for one in page])
        token = page.token or ""
    assert pages == [[0, 1, 2, 3], [4, 5, 6]]
    assert client.get_metric_history(run, "nothing") == []


def test_histories_of_several_runs_are_thinned(client: "MlflowClient", address: str, experiment: str) -> None:
    import requests
    from mlflow.entities import Metric

    runs = [client.create_run(experiment).info.run_id for _ in range(2)]
    for run in runs:
        client.log_batch(run, metrics=[Metric("m", step, step, step) for step in range(100)])
    head = {"Authorization": f"Bearer {_token()}"}
    asked = {"run_ids": runs, "metric_key": "m", "max_results": 5, "start_step": 10, "end_step": 50}
    found = requests.get(
        f"{address}/api/2.0/mlflow/metrics/get-history-bulk-interval", params=asked, headers=head, timeout=30
    ).json()["metrics"]
    assert [one["step"] for one in found if one["run_id"] == runs[0]] == [10, 20, 30, 40, 50]
    bulk = requests.get(
        f"{address}/ajax-api/2.0/mlflow/metrics/get-history-bulk",
        params={"run_id": runs, "metric_key": "m"},
        headers=head,
        timeout=30,
    ).json()["metrics"]
    assert len(bulk) == 200


def _token() -> str:
    import os

    return os.environ["MLFLOW_TRACKING_TOKEN"]


def test_children_know_their_parent_and_are_found_by_it(mlflow: Any, client: "MlflowClient", experiment: str) -> None:
    nested = {"nested": True, "experiment_id": experiment}
    with mlflow.start_run(experiment_id=experiment) as parent, mlflow.start_run(**nested) as child:
        mlflow.log_metric("m", 1)
    found = client.search_runs([experiment], f"tags.mlflow.parentRunId = '{parent.info.run_id}'")
    assert [run.info.run_id for run in found] == [child.info.run_id]
    assert found[0].data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert found[0].info.status == "FINISHED"


def test_inputs_and_outputs_are_kept(client: "MlflowClient", mlflow: Any, run: str, experiment: str) -> None:
    from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput

    model = client.create_logged_model(experiment, name="net")
    dataset = Dataset("taxi", "abc", "http", '{"url": "x"}', schema="{}", profile="{}")
    client.log_inputs(
        run,
        datasets=[DatasetInput(dataset, [InputTag("mlflow.data.context", "train")])],
        models=[LoggedModelInput(model.model_id)],
    )
    client.log_outputs(run, [LoggedModelOutput(model.model_id, 3)])
    found = client.get_run(run)
    (given,) = found.inputs.dataset_inputs
    assert (given.dataset.name, given.dataset.digest, given.dataset.profile) == ("taxi", "abc", "{}")
    assert [(tag.key, tag.value) for tag in given.tags] == [("mlflow.data.context", "train")]
    assert [one.model_id for one in found.inputs.model_inputs] == [model.model_id]
    assert [(one.model_id, one.step) for one in found.outputs.model_outputs] == [(model.model_id, 3)]
    named = client.search_runs([experiment], "dataset.name = 'taxi' AND datasets.context = 'train'")
    assert [one.info.run_id for one in named] == [run]


def test_logged_models_are_made_searched_tagged_and_deleted(client: "MlflowClient", mlflow: Any, run: str) -> None:
    from mlflow.entities import LoggedModelStatus

    experiment = client.get_run(run).info.experiment_id
    params = {f"p{number}": str(number) for number in range(150)}
    made = client.create_logged_model(experiment, "net", source_run_id=run, params=params, tags={"k": "v"})
    assert made.status == LoggedModelStatus.PENDING
    assert made.artifact_location == f"mlflow-artifacts:/{experiment}/models/{made.model_id}/artifacts"
    done = client.finalize_logged_model(made.model_id, "READY")
    assert (done.status, done.params, done.source_run_id) == (LoggedModelStatus.READY, params, run)
    client.log_metric(run, "auc", 0.7, model_id=made.model_id, dataset_name="d", dataset_digest="1")
    other = client.create_logged_model(experiment, "net2", model_type="agent")
    found = client.search_logged_models([experiment], filter_string="metrics.auc > 0.5 AND params.p3 = '3'")
    assert [(one.model_id, one.metrics[0].value) for one in found] == [(made.model_id, 0.7)]
    order = [{"field_name": "metrics.auc", "ascending": False}]
    assert [one.name for one in client.search_logged_models([experiment], order_by=order)] == ["net", "net2"]
    assert [one.name for one in client.search_logged_models([experiment], "model_type = 'agent'")] == ["net2"]
    client.set_logged_model_tags(made.model_id, {"a/b": "c"})
    client.delete_logged_model_tag(made.model_id, "k")
    assert client.get_logged_model(made.model_id).tags == {"a/b": "c"}
    client.delete_logged_model(other.model_id)
    with refused(mlflow, "RESOURCE_DOES_NOT_EXIST", "no logged model"):
        client.get_logged_model(other.model_id)
    assert [one.name for one in client.search_logged_models([experiment])] == ["net"]


def test_two_clients_log_to_one_run_at_once(client: "MlflowClient", mlflow: Any, address: str, run: str) -> None:
    from mlflow.entities import Metric

    clients = [mlflow.MlflowClient(address) for _ in range(4)]

    def log(number: int) -> None:
        for step in range(10):
            clients[number].log_batch(run, metrics=[Metric(f"m{number}", step, step, step)])
            clients[number].set_tag(run, "shared", str(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(log, range(4)))
    for number in range(4):
        assert [one.step for one in client.get_metric_history(run, f"m{number}")] == list(range(10))


def test_two_clients_make_the_same_experiment_at_once(mlflow: Any, address: str) -> None:
    def make(_number: int) -> str:
        try:
            return str(mlflow.MlflowClient(address).create_experiment("raced"))
        except mlflow.exceptions.MlflowException as error:
            return str(error.error_code)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(make, range(4)))
    assert results.count("RESOURCE_ALREADY_EXISTS") == 3


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("runs/log-metric", {"key": "m", "value": "much"}, "value: a number is expected, not 'much'"),
        ("runs/log-metric", {"key": "m"}, "value: a number is expected"),
        ("runs/log-metric", {"key": "", "value": 1}, "key: it is missing"),
        ("runs/log-metric", {"key": "k" * 251, "value": 1}, "key: it has 251 characters; 250 are allowed"),
        ("runs/log-metric", {"key": "m", "value": 1, "step": 2**70}, "step: .* is too large"),
        ("runs/log-metric", {"key": "m", "value": 1, "step": "one"}, "step: a whole number is expected"),
        ("runs/log-metric", {"key": "m", "value": 1, "timestamp": 2**62}, "is not a time"),
        ("runs/log-metric", {"key": "m", "value": True}, "value: a number is expected"),
        ("runs/log-metric", {"key": ["m"], "value": 1}, "key: a text is expected, not a list"),
        ("runs/log-batch", {"metrics": {"key": "m"}}, "metrics: a list of objects is expected"),
        ("runs/log-batch", {"metrics": [{"key": "m", "value": 1}] * 1001}, "metrics: 1001 at once; 1000 are allowed"),
        ("runs/update", {"status": "DONE"}, "status: 'DONE' is none of RUNNING"),
        ("runs/update", {"end_time": -1}, "end_time: -1 is not a time"),
        ("runs/search", {"max_results": 0}, "max_results: 0 is not between 1 and 50000"),
        ("runs/search", {"page_token": "???"}, "page_token: it is none of ours"),
        ("runs/search", {"experiment_ids": [1]}, "experiment_ids: a list of texts is expected"),
        ("runs/search", {"run_view_type": "SOME"}, "run_view_type: 'SOME' is none of ACTIVE_ONLY"),
        ("runs/create", {"experiment_id": "0", "start_time": "soon"}, "start_time: a whole number is expected"),
        ("runs/log-model", {"model_json": "{"}, "model_json: it is not JSON"),
        ("runs/log-inputs", {"datasets": [{"tags": []}]}, "dataset: an object is expected"),
        ("experiments/create", {"name": "n" * 501}, "name: it has 501 characters"),
        ("experiments/create", {}, "name: it is missing"),
    ],
)
def test_a_wrong_field_is_named(address: str, run: str, path: str, body: dict[str, Any], said: str) -> None:
    import re

    import requests

    answer = requests.post(
        f"{address}/api/2.0/mlflow/{path}",
        json={"run_id": run, **body},
        headers={"Authorization": f"Bearer {_token()}"},
        timeout=30,
    )
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert re.search(said, answer.json()["message"])


def test_traces_are_said_not_to_be_served(client: "MlflowClient", mlflow: Any) -> None:
    with refused(mlflow, "ENDPOINT_NOT_FOUND", "traces and prompts it does not"):
        client.search_traces(locations=["0"])


def test_a_client_without_the_token_is_told_so(mlflow: Any, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for token in ("wrong", ""):
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", token)
        with refused(mlflow, "UNAUTHENTICATED", "no valid token"):
            mlflow.MlflowClient(address).search_experiments()
