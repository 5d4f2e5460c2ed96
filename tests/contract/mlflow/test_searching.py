"""The language of searches. What is expected here is what MLflow's own store answered to the same client."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mlflow import MlflowClient

pytestmark = pytest.mark.filterwarnings("ignore")

Ask = Callable[..., list[int]]
VALUES = [0.5, 1.5, float("nan"), float("inf"), -2.0]


@pytest.fixture(scope="module")
def ask(client: "MlflowClient", mlflow: Any) -> Ask:
    """Six runs, of which the fifth is deleted; a search gives their numbers."""
    from mlflow.entities import Metric, Param

    experiment = client.create_experiment("searched")
    idents: list[str] = []
    for number in range(6):
        tags = {"kind": "Odd" if number % 2 else "even"} | ({"only": "x'y"} if number == 3 else {})
        run = client.create_run(experiment, start_time=1000 + number, run_name=f"r{number}", tags=tags).info.run_id
        params = [Param("p", str(number)), Param("lr", "0.1")] if number < 4 else []
        metrics = [Metric("other/m", 1, 1, 1)]
        if number < 5:
            metrics = [Metric("m", VALUES[number], 5, 0), Metric("val loss", number / 10, 5, 0)]
        client.log_batch(run, metrics=metrics, params=params)
        idents.append(run)
    client.set_terminated(idents[0], "FINISHED", 5000)
    client.set_terminated(idents[1], "FAILED", 4000)
    client.delete_run(idents[4])

    def search(filter: str = "", **options: Any) -> list[int]:
        for number in range(6):
            filter = filter.replace(f"@{number}", idents[number])
        return [idents.index(run.info.run_id) for run in client.search_runs([experiment], filter, **options)]

    return search


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ("", [5, 3, 2, 1, 0]),
        ("metrics.m > 0.4", [3, 1, 0]),
        ("metrics.m = 0.5", [0]),
        ("metrics.m != 0.5", [3, 2, 1]),
        ("metrics.m<100", [1, 0]),
        ("metrics.m > -1e1 and metrics.m <= 1.5", [1, 0]),
        ("metrics.`val loss` <= 0.2", [2, 1, 0]),
        ('metrics."val loss" >= 0.2', [3, 2]),
        ("metrics.`other/m` = 1", [5]),
        ("metric.m > 1", [3, 1]),
        ("params.p = '1'", [1]),
        ("params.p != '1'", [3, 2, 0]),
        ("parameters.p = '2'", [2]),
        ("params.lr = '0.1' and params.p LIKE '%'", [3, 2, 1, 0]),
        ("params.p = '1' AND metrics.m > 1", [1]),
        ("params.p IS NULL", [5]),
        ("tags.kind = 'even'", [2, 0]),
        ("tags.kind ILIKE 'ODD'", [5, 3, 1]),
        ("tags.kind LIKE 'odd'", []),
        ("tags.kind LIKE 'O_d'", [5, 3, 1]),
        ('tags.only = "x\'y"', [3]),
        ("tags.only IS NULL", [5, 2, 1, 0]),
        ("tags.only IS NOT NULL", [3]),
        ("tags.mlflow.runName = 'r2'", [2]),
        ("tags.`mlflow.runName` != 'r2'", [5, 3, 1, 0]),
        ("attributes.status = 'FAILED'", [1]),
        ("status = 'RUNNING'", [5, 3, 2]),
        ("run.status != 'FINISHED'", [5, 3, 2, 1]),
        ("attribute.run_name = 'r1'", [1]),
        ("run_name ILIKE 'R%'", [5, 3, 2, 1, 0]),
        ("attributes.start_time > 1002", [5, 3]),
        ("start_time <= 1003", [3, 2, 1, 0]),
        ("end_time > 1", [1, 0]),
        ("run_id IN ('@0', '@2')", [2, 0]),
        ("run_id NOT IN ('@0')", [5, 3, 2, 1]),
        ("attributes.run_id = '@1'", [1]),
        ("attributes.artifact_uri LIKE '%artifacts'", [5, 3, 2, 1, 0]),
        ("run_id = ''", []),
    ],
)
def test_a_filter_lets_through_what_mlflow_lets_through(ask: Ask, filter: str, expected: list[int]) -> None:
    assert ask(filter) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (["metrics.m"], [0, 1, 3, 2, 5]),
        (["metrics.m DESC"], [3, 1, 0, 2, 5]),
        (["metrics.`val loss` DESC"], [3, 2, 1, 0, 5]),
        (["params.p DESC"], [3, 2, 1, 0, 5]),
        (["tags.kind ASC", "start_time"], [1, 3, 5, 0, 2]),
        (["attributes.start_time ASC"], [0, 1, 2, 3, 5]),
        (["end_time DESC"], [0, 1, 5, 3, 2]),
        (["run_name desc"], [5, 3, 2, 1, 0]),
        (["status", "attributes.start_time DESC"], [1, 0, 5, 3, 2]),
        (["params.nothing"], [5, 3, 2, 1, 0]),
        (["Created"], [0, 1, 2, 3, 5]),
    ],
)
def test_an_order_is_mlflows(ask: Ask, order: list[str], expected: list[int]) -> None:
    assert ask(order_by=order) == expected


@pytest.mark.parametrize(
    ("filter", "said"),
    [
        ("metrics.m > 'a'", "a number is expected, not 'a'"),
        ("params.p > '1'", "> does not go with params.p, a text"),
        ("params.p = 1", "a text in quotes is expected, not 1"),
        ("foo.bar = '1'", "'foo.bar' cannot be asked for; what can: metrics.KEY, params.KEY"),
        ("bogus = 'x'", "'bogus' cannot be asked for"),
        ("metrics = 1", "'metrics' cannot be asked for"),
        ("metrics.m", "a comparison is expected, not the end"),
        ("metrics.m > 1 OR metrics.m < 2", "OR is not in this language"),
        ("metrics.m > 1 metrics.m < 2", "AND is expected, not 'metrics.m < 2'"),
        ("status > 'a'", "> does not go with attributes.status"),
        ("start_time LIKE '1'", "LIKE does not go with attributes.start_time, a number"),
        ("metrics.m >", "a number is expected, not the end"),
        ("= 1", "a name is expected, not ="),
        ("metrics.m > 1 AND", "a name is expected, not the end"),
        ("'; DROP TABLE runs; --", "not understood from here on"),
        ("params.p = 'a", 'not understood from here on: "\'a"'),
        ("(metrics.m > 1)", "a name is expected, not"),
        ("run_id IN ('a', )", "a text in quotes is expected"),
        ("tags.a IS 'b'", "a comparison is expected, not IS"),
    ],
)
def test_a_filter_that_is_none_is_refused_with_its_place(ask: Ask, mlflow: Any, filter: str, said: str) -> None:
    with pytest.raises(mlflow.exceptions.MlflowException) as error:
        ask(filter)
    assert error.value.error_code == "INVALID_PARAMETER_VALUE"
    assert said in str(error.value)


@pytest.mark.parametrize("order", ["bogus", "metrics.m SIDEWAYS", "metrics.m, start_time", ""])
def test_an_order_that_is_none_is_refused(ask: Ask, mlflow: Any, order: str) -> None:
    with pytest.raises(mlflow.exceptions.MlflowException, match="INVALID_PARAMETER_VALUE"):
        ask(order_by=[order])


def test_deleted_runs_are_found_if_they_are_asked_for(ask: Ask, mlflow: Any) -> None:
    from mlflow.entities import ViewType

    assert ask(run_view_type=ViewType.DELETED_ONLY) == [4]
    assert ask(run_view_type=ViewType.ALL) == [5, 4, 3, 2, 1, 0]


def test_results_come_in_pages(client: "MlflowClient", ask: Ask) -> None:
    experiment = client.get_experiment_by_name("searched").experiment_id
    names, token = [], None
    while token != "":
        page = client.search_runs([experiment], max_results=2, page_token=token)
        names.append([run.info.run_name for run in page])
        token = page.token or ""
    assert names == [["r5", "r3"], ["r2", "r1"], ["r0"]]


def test_a_table_of_runs_has_all_of_it(mlflow: Any, ask: Ask) -> None:
    table = mlflow.search_runs(experiment_names=["searched"], order_by=["start_time"])
    assert list(table["tags.mlflow.runName"]) == ["r0", "r1", "r2", "r3", "r5"]
    assert table["metrics.m"].tolist()[:2] == [0.5, 1.5]
