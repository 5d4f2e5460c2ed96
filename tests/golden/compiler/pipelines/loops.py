"""Loops over lists of every origin, nested, and their results collected."""

from dataclasses import dataclass
from pathlib import Path

from penstock.dsl import collect, component, each, pipeline


@dataclass
class Trial:
    depth: int
    rate: float


@component
def numbers(x: int) -> list[int]: ...


@component
def train(x: int, y: int = 0, rate: float = 0.1) -> Path: ...


@component
def score(model: Path) -> float: ...


@component
def best(models: list[Path], scores: list[float]) -> Path: ...


@component
def parts(x: int) -> list[Path]: ...


@component
def settings(x: int) -> dict[str, list[int]]: ...


@pipeline
def loops(depths: list[int], grid: list[dict[str, list[int]]], x: int = 1) -> Path:
    for trial in each([Trial(1, 0.1), Trial(2, 0.2)], parallelism=2):
        train(trial.depth, rate=trial.rate)
    models = [train(depth, other) for depth in each(depths) for other in each(numbers(x))]
    scores = []
    for model in each(parts(x)):
        scores.append(score(model))
    for row in each(grid):
        for value in each(row["values"]):
            inner = train(value, x)
        best(collect(inner), [0.5])
    for value in each(settings(x)["values"]):
        train(value, settings(x)["sizes"][0])
    return best(models, scores)
