"""Author code that type checkers must accept."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from penstock.dsl import (
    Retry,
    TaskFinalStatus,
    collect,
    component,
    each,
    elsewhen,
    on_exit,
    one_of,
    otherwise,
    pipeline,
    when,
)


class Halves(NamedTuple):
    train: list[int]
    test: list[int]


@dataclass
class Trial:
    depth: int
    rate: float


@component
def load(path: str, limit: int | None = None) -> list[int]:
    return [limit or len(path)]


@component(memory="2G", cpu=2, retries=Retry(2, backoff="1m"), timeout="10m", env={"A": "b"})
def split(rows: list[int], share: float = 0.2) -> Halves:
    return Halves(rows, rows)


@component
def train(rows: list[int], depth: int = 3, rate: float = 0.1) -> Path:
    return Path(str(depth))


@component
def score(model: Path, rows: list[int]) -> float:
    return 0.5


@component
def pick(models: list[Path]) -> Path:
    return models[0]


@component
def notify(channel: str, status: TaskFinalStatus = TaskFinalStatus()) -> None: ...  # noqa: B008


@pipeline
def fit(rows: list[int], depths: list[int]) -> Path:
    return pick([train(rows, depth) for depth in each(depths)])


@pipeline(name="All of it")
def everything(path: str, depths: list[int], grid: list[dict[str, int]], flag: bool, share: float = 0.2) -> Path:
    with on_exit(notify("ops")):
        rows = load(path, limit=3)
        train_rows, test_rows = split(rows, share)
        halves = split(rows, share=share)
        model = train.with_options(memory="8G", cache=False)(halves.train, rate=0.2)
        result = score(model, halves.test)
        with when((result > 0.8) & ~flag | (result == share)):
            best = train(train_rows)
        with elsewhen(result > 0.5):
            best = train(test_rows, depth=5)
        with otherwise():
            best = fit(rows, depths)
        joined = one_of(model, best)
        for row in each(grid, parallelism=2):
            made = train(rows, row["depth"])
        for trial in each([Trial(1, 0.1), Trial(2, 0.2)]):
            train(rows, trial.depth, trial.rate)
        pick(collect(made))
        done = notify.after(result)(f"scored {path}")
        pick.after(done, joined)([joined])
    return joined


def test_components_are_functions() -> None:
    rows: list[int] = load("a")
    halves: Halves = split.function(rows)
    notify("ops", TaskFinalStatus(state="FAILED"))
    everything.run(path="a", depths=[1], grid=[], flag=True, home="somewhere")
    assert halves
