"""The reference pipelines in the hands of a person with a table, a training, and two models of which one is better."""

import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from penstock.metadata import open_store
from penstock.metadata.registry import Approval
from penstock.platform.handle import RunResult
from support.stories import Author, executed

PARTS = """
import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression

from penstock import component


@component
def make(count: int, seed: int) -> pl.DataFrame:
    draw = np.random.default_rng(seed)
    x, z = draw.normal(size=count), draw.normal(size=count)
    won = draw.random(count) < 1 / (1 + np.exp(-(2 * x + z)))
    return pl.DataFrame({"t": range(count), "x": x, "z": z, "won": won, "who": [f"w{n // 4}" for n in range(count)]})


@component
def train(rows: pl.DataFrame, columns: list[str]) -> LogisticRegression:
    return LogisticRegression().fit(rows.select(columns).to_pandas(), rows["won"].to_numpy())
"""

PIPELINES = """
from pathlib import Path

import pyarrow as pa
from parts import make, train

from penstock import pipeline
from penstock.components import (
    CrossValidation, Registered, backtest, batch_predict, cross_validate, gate, pick_model, register,
)


@pipeline
def checked(folds: int = 3) -> CrossValidation:
    rows = make(300, 1)
    backtest(lambda past: train(past, ["x"]), rows, "won", time="t", horizon="20", windows=2)
    return cross_validate(lambda part: train(part, ["x"]), rows, "won", folds=folds, group="who")


@pipeline
def release(columns: list[str], seed: int = 0) -> Registered:
    model = train(make(900, seed), columns)
    verdict = gate(model, make(900, 99), "won", name="game", min_auc=0.55)
    return register(model, "game", verdict, replay=False)


@pipeline
def careful(columns: list[str]) -> Registered:
    model = train(make(900, 0), columns)
    verdict = gate(model, make(900, 99), "won", name="game", approval="model-validator")
    return register(model, "game", verdict, replay=False)


@pipeline
def scored(rows: Path, model: str = "game@champion") -> list[pa.RecordBatchReader]:
    chosen = pick_model(model)
    return batch_predict(chosen.model, rows, version=chosen.version, keep=["t"], rows_per_part=100)


@pipeline
def mistaken():
    gate(train(make(9, 0), ["x"]), make(9, 1), "won", name="game", min_acu=0.5)
"""
PATIENCE = 300
"""Seconds until something is taken for hung."""
BOTH, WEAK = '["x", "z"]', '["z"]'


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Author]:
    with Author(tmp_path_factory.mktemp("game"), parts=PARTS, pipelines=PIPELINES) as author:
        yield author


@pytest.fixture(scope="module")
def author(home: Author) -> Author:
    """With a weak champion in its registry."""
    run = run_of(home, "pipelines.py:release", "--param", f"columns={WEAK}")
    assert run.outputs["version"] == "game/1"
    assert run.outputs["promoted"] is True
    return home


def test_folds_and_windows_run_in_tasks_of_their_own_and_are_taken_from_the_cache(home: Author) -> None:
    first = run_of(home, "pipelines.py:checked")
    metrics = first.outputs["metrics"].load()
    assert 0.7 < metrics["auc"] < 0.95
    assert metrics["auc_std"] > 0
    predictions = first.outputs["predictions"].load(pl.DataFrame)
    assert sorted(predictions["row"]) == list(range(300))
    windows = first["summarise-windows"].outputs["windows"].load(pl.DataFrame)
    assert windows["rows"].to_list() == [20, 20]
    assert not executed(run_of(home, "pipelines.py:checked"))


def test_who_was_compared_with_a_champion_of_the_past_is_not_promoted(author: Author) -> None:
    process = author.start("run", "pipelines.py:careful", "--param", f"columns={BOTH}")
    question = wait_for_question(author)
    assert question.details["champion"] == "game/1"
    run = run_of(author, "pipelines.py:release", "--param", f"columns={BOTH}", "--param", "seed=7")
    assert run.outputs["promoted"] is True, "somebody else is quicker"
    author.says("approvals", "approve", question.approval_id, "--note", "looks fine")
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out
    assert "not promoted, for its gate compared it with another version" in out


def test_a_table_is_predicted_in_parts_by_the_champion(author: Author, tmp_path: Path) -> None:
    folder = tmp_path / "rows"
    folder.mkdir()
    for part in range(3):
        pl.DataFrame({"t": range(part * 100, part * 100 + 100), "x": 0.5, "z": 0.1}).write_parquet(
            folder / f"{part}.parquet"
        )
    run = run_of(author, "pipelines.py:scored", "--param", f"rows={folder}", "--param", "model=game/1")
    tables = [part.load(pl.DataFrame) for part in run.output]
    assert pl.concat(tables)["t"].to_list() == list(range(300))
    assert pl.concat(tables)["model_version"].cast(pl.String).unique().to_list() == ["game/1"]
    again = run_of(author, "pipelines.py:scored", "--param", f"rows={folder}", "--param", "model=game/1")
    assert executed(again) == {"pick-model"}, "who is the champion is looked up in each run"


def test_a_limit_that_there_is_not_is_said_before_anything_runs(home: Author) -> None:
    ended = home.penstock("run", "pipelines.py:mistaken", timeout=PATIENCE)
    assert ended.code == 2
    assert "CMT026" in ended.err
    assert "did you mean `min_auc`?" in ended.err


def run_of(author: Author, *arguments: str) -> RunResult:
    """`penstock run`, which has to succeed; packaging models takes its time on a busy machine."""
    ended = author.penstock("run", *arguments, timeout=PATIENCE)
    assert ended.code == 0, ended
    return author.find("last")


def wait_for_question(author: Author) -> Approval:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        store = open_store(author.home / "penstock.db")
        try:
            found = store.registry.approvals(open_only=True)
        finally:
            store.close()
        if found:
            return found[0]
        time.sleep(0.05)
    raise AssertionError("nobody asks")
