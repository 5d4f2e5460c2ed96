"""Commands that look at what is on record, as a person types them."""

import json
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from penstock.artifacts import ArtifactStore
from penstock.cli.app import main
from penstock.metadata import MetadataStore
from support.taxi_runs import begin_taxi_run, failed_taxi_run, succeeded_taxi_run

FAILED = "20261121-174501-failed"
SUCCEEDED = "20261122-080000-better"

Command = Callable[..., str]


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def penstock(
    home: Path,
    store: MetadataStore,
    artifacts: ArtifactStore,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Command:
    """Runs a command in a home with one run that failed and one that succeeded; gives what it printed."""
    log = tmp_path / "train.log"
    log.write_text("epoch 1\n")
    failed_taxi_run(store, log, run_id=FAILED)
    succeeded_taxi_run(store, artifacts, run_id=SUCCEEDED)
    monkeypatch.setenv("PENSTOCK_HOME", str(home))
    monkeypatch.chdir(tmp_path)

    def command(*words: str, code: int = 0, error: bool = False) -> str:
        assert main(list(words)) == code
        captured = capsys.readouterr()
        return captured.err if error else captured.out

    return command


def test_runs_are_listed_newest_first(penstock: Command) -> None:
    lines = penstock("runs", "list").splitlines()
    assert [line.split()[0] for line in lines] == ["RUN", SUCCEEDED, FAILED]
    assert penstock("runs", "list", "--state", "failed").splitlines()[1].startswith(FAILED)
    assert "no runs here" in penstock("runs", "list", "--pipeline", "other")


def test_records_as_json_are_all_there_is_on_standard_output(penstock: Command) -> None:
    runs = json.loads(penstock("runs", "list", "--json", "--limit", "1"))
    assert [(run["run_id"], run["state"]) for run in runs] == [(SUCCEEDED, "SUCCEEDED")]
    shown = json.loads(penstock("runs", "show", "last", "--json"))
    assert shown["outputs"]["auc"] == 0.912345
    assert shown["outputs"]["model"][0]["type"] == "system.Model"
    assert shown["tasks"] == {"SUCCEEDED": 12, "CACHED": 1}
    assert {"path": "train", "state": "SUCCEEDED"}.items() <= next(
        execution for execution in shown["executions"] if execution["path"] == "train"
    ).items()
    why = json.loads(penstock("runs", "explain", "last", "load", "--json"))
    assert (why[0]["path"], why[0]["explanation"]["verdict"]) == ("load", "CACHED")
    assert json.loads(penstock("artifacts", "list", "--json", "--type", "metrics"))[0]["name"] == "scores"


def test_a_run_is_shown_with_parameters_graph_outputs_and_failures(penstock: Command) -> None:
    shown = penstock("runs", "show", "20261122")
    assert [line for line in shown.splitlines() if line and line[0].isalpha()] == [
        "parameters",
        "tasks",
        "outputs",
        "metrics",
    ]
    assert "attempt 2/3" in shown
    failed = penstock("runs", "show", FAILED)
    assert "✗ train failed in attempt 3 of 3 [LAU002]" in failed
    assert f"penstock runs retry {FAILED}" in failed


def test_a_run_that_does_not_exist_is_a_user_error(penstock: Command) -> None:
    assert "there is no run '1999'" in penstock("runs", "show", "1999", code=2, error=True)
    assert "is the start of 2 runs" in penstock("runs", "show", "2026", code=2, error=True)


def test_logs_and_reasons(penstock: Command) -> None:
    assert penstock("runs", "logs", FAILED, "train") == "epoch 1\n"
    assert "it is SKIPPED" in penstock("runs", "logs", FAILED, "evaluate", code=2, error=True)
    lines = penstock("runs", "explain", FAILED).splitlines()
    assert lines[0].split() == ["≡", "load", "CACHED", "served", "from", "cache:", "run", "20261120-090000-abcdef"]
    assert any(line.split()[:3] == ["✗", "train", "FAILED"] for line in lines)
    assert "did you mean `train`" in penstock("runs", "explain", FAILED, "trian", code=2, error=True)


def test_a_report_is_written_beside_or_where_one_says(penstock: Command, tmp_path: Path) -> None:
    penstock("runs", "report", SUCCEEDED)
    assert "<title>taxi" in (tmp_path / f"{SUCCEEDED}.html").read_text()
    penstock("runs", "report", FAILED, "--output", "failed.html")
    assert "Failures" in (tmp_path / "failed.html").read_text()
    assert "[CLI005]" in penstock("runs", "report", "last", "-o", "/nowhere/x.html", code=2, error=True)


def test_artifacts_are_listed_shown_and_traced(penstock: Command, store: MetadataStore) -> None:
    listed = penstock("artifacts", "list").splitlines()
    assert [line.split()[1:3] for line in listed[1:]] == [["Metrics", "scores"], ["Model", "model"]]
    (model,) = store.find_artifacts(name="model")
    shown = penstock("artifacts", "show", model.artifact_id[:8])
    assert f"  train  run {SUCCEEDED}" in shown
    assert f"  evaluate  run {SUCCEEDED}" in shown
    (scores,) = store.find_artifacts(name="scores")
    assert "╰─ model  Model  12 kB" in penstock("artifacts", "lineage", scores.artifact_id)
    assert "╰─ scores  Metrics" in penstock("artifacts", "lineage", model.artifact_id, "--down")
    traced = json.loads(penstock("artifacts", "lineage", scores.artifact_id, "--json"))
    assert traced["executions"][0]["artifacts"][0]["role"] == "model"


def test_an_artifact_that_does_not_exist_is_a_user_error(penstock: Command) -> None:
    assert "there is no artifact 'zz' [PLA005]" in penstock("artifacts", "show", "zz", code=2, error=True)
    assert "several artifacts start with 'a0'" in penstock("artifacts", "show", "a0", code=2, error=True)


def test_a_table_is_previewed_with_its_types(penstock: Command, store: MetadataStore, artifacts: ArtifactStore) -> None:
    pyarrow = import_module("pyarrow")
    parquet = import_module("pyarrow.parquet")
    from support.pipelines import dag, document, leaf, task
    from support.recorded import RecordedRun

    source = artifacts.staging() / "rows.parquet"
    parquet.write_table(pyarrow.table({"fare": [1.5, 22.25], "company": ["Blue", None]}), source)
    run = RecordedRun(store, document(dag({"a": task("x")}), x=leaf("x")), "20261123-000000-tables")
    rows = run.artifact("a", "rows", "Dataset", artifacts.put(source, "rows.parquet"), kind="table")
    run.runs("a", 0, 1, artifacts={"rows": rows})
    assert penstock("artifacts", "show", rows.artifact_id, "--rows", "1").splitlines()[-4:] == [
        "rows  1 of 2",
        "  fare    company",
        "  double  string",
        "  1.5     Blue",
    ]


def test_home_says_where_state_is_and_makes_nothing(penstock: Command, home: Path, tmp_path: Path) -> None:
    shown = penstock("home").splitlines()
    assert shown[0].startswith(str(home))
    assert any(line.split()[0] == "penstock.db" for line in shown[1:])
    assert json.loads(penstock("home", "--json"))["bytes"] > 0
    assert "nothing is there yet" in penstock("home", "--home", str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_finished_runs_are_neither_retried_nor_driven_again(penstock: Command) -> None:
    assert "there is nothing to retry in it" in penstock("runs", "retry", SUCCEEDED, code=2, error=True)
    assert "✓ SUCCEEDED  taxi  9.7s" in penstock("runs", "resume", SUCCEEDED)
    assert penstock("runs", "resume", SUCCEEDED, "--quiet") == ""


def test_a_run_that_nobody_drives_says_how_to_go_on(penstock: Command, store: MetadataStore) -> None:
    run = begin_taxi_run(store, run_id="20261123-000000-cutoff")
    assert "RUNNING  " in penstock("runs", "list").splitlines()[1]
    store.release(run.lease)
    assert "RUNNING cut off" in penstock("runs", "list").splitlines()[1]
    assert f"penstock runs resume {run.run.run_id}" in penstock("runs", "show", "last")


def test_a_report_that_cannot_be_written_is_refused_before_the_run(penstock: Command) -> None:
    for report in ("/nowhere/x.html", "."):
        assert "[CLI005]" in penstock("run", "missing.yaml", "--report", report, code=2, error=True)


def test_a_compiled_pipeline_is_compiled_to_itself(penstock: Command, tmp_path: Path) -> None:
    from penstock.ir.document import read_document, write_yaml
    from support.pipelines import dag, document, leaf, task

    made = document(dag({"a": task("x")}), x=leaf("x"))
    (tmp_path / "p.yaml").write_text(write_yaml(made))
    assert penstock("compile", "p.yaml") == (tmp_path / "p.yaml").read_text()
    assert "compiled to again.json" in penstock("compile", "p.yaml", "-o", "again.json", error=True)
    assert read_document(tmp_path / "again.json") == read_document(tmp_path / "p.yaml")
    assert "[CLI005]" in penstock("compile", "p.yaml", "-o", "/nowhere/p.yaml", code=2, error=True)
