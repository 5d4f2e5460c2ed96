"""What is passed to tasks, and does not fit."""
# ruff: noqa: B006, I001
# fmt: off

from enum import Enum
from pathlib import Path
from typing import Literal, NamedTuple

import polars as pl
from penstock.data import JSON
from penstock.dsl import component, each, pipeline


class Colour(Enum):
    RED = "red"


class Halves(NamedTuple):
    train: pl.DataFrame
    size: int


@component
def load(path: str, limit: int | None = None) -> pl.DataFrame: ...


@component
def split(rows: pl.DataFrame, share: float = 0.2) -> Halves: ...


@component
def document(x: int) -> JSON: ...


@component
def train(rows: pl.DataFrame, depth: int, kind: Literal["a", "b"] = "a", colour: Colour = Colour.RED) -> Path: ...


@component
def tune(rows: pl.DataFrame, depths: list[int], limits: dict[str, float]) -> list[str]: ...


@component
def rate_of(x: float | None = 0.5, y: float | None = None) -> None: ...


@component
def words_of(words: list[str]) -> None: ...


@component
def numbers(xs: list[float], x: float) -> None: ...


@pipeline
def arguments(path: str, limit: int | None = None, rate: float = 0.1, words: list[str] = []):
    rows = load(path, limit)
    halves = split(rows)
    load(pathh=path)  # CMP010
    load(path, 1, 2)  # CMP013
    load(path, path=path)  # CMP013
    train(rows)  # CMP011
    train(halves.size, 3)  # CMP012
    train(rows, rows)  # CMP012
    train(rows, rate)  # CMP012
    train(rows, "3")  # CMP014
    train(rows, 3.5)  # CMP014
    train(rows, True)  # CMP014
    train(rows, 3, "c")  # CMP014
    train(rows, 3, colour="green")  # CMP014
    train(rows, limit)  # CMP012
    train(document(1), 3)  # CMP012
    train("rows.csv", 3)  # CMP012
    train(Path("rows.csv"), 3)
    train(None, 3)  # CMP012
    train(rows, path)  # CMP012
    tune(rows, [1, "2"], {})  # CMP014
    tune(rows, [1], {"a": object()})  # CMP014
    tune(rows, words, {"a": 1})  # CMP012
    tune(rows, (1, 2), {"a": 1.0})
    tune(rows, [halves.size, 1], {"a": 1})  # CMP015
    tune(rows, [halves.size], {"a": rate})  # CMP015 CMP015
    words_of([f"a {path}"])  # CMP015
    rate_of(None, None)  # CMP014
    numbers([1, 2.5], 1)
    numbers([1], halves.size)
    numbers(tune(rows, [1], {}), 1)  # CMP012
    train(halves, 3)  # CMP016
    train(numbers([1], 1), 3)  # CMP016
    train(rows, halves.size > 3)  # CMP016
    load(f"{path}/a")
    load(f"{rows}")  # CMP012
    split(rows, f"{rate}")  # CMP012
    models = [train(rows, depth) for depth in each([1, 2])]
    train(models, 3)  # CMP012
