"""Author code that type checkers must refuse; a mark says where, and by which of mypy's rules."""
# ruff: noqa: B018, RUF059

from pathlib import Path
from typing import NamedTuple

from penstock.dsl import Component, Pipeline, Retry, collect, component, each, one_of, pipeline, when


class Halves(NamedTuple):
    train: list[int]
    test: list[int]


@component
def load(path: str) -> list[int]:
    return [len(path)]


@component
def split(rows: list[int]) -> Halves:
    return Halves(rows, rows)


@component
def train(rows: list[int], depth: int = 3) -> Path:
    return Path(str(depth))


@component
def pick(models: list[Path]) -> Path:
    return models[0]


@component(memory=2.5)  # E: call-overload, untyped-decorator
def hungry(x: int) -> int:
    return x


@component(gpus=1)  # E: call-overload, untyped-decorator
def mistyped(x: int) -> int:
    return x


Retry("twice")  # E: arg-type
component(3)  # E: call-overload
not_a_pipeline: Pipeline[[str], Path] = train  # E: assignment
other_result: Component[[str], int] = load  # E: assignment


@pipeline
def wrong(path: str, depths: list[int]) -> Path:
    rows = load(3)  # E: arg-type
    load()  # E: call-arg
    load(path, 3)  # E: call-arg
    load(pathh=path)  # E: call-arg
    halves = split(rows)
    halves.tset  # E: attr-defined
    first, second, third = split(rows)  # E: misc
    train(halves)  # E: arg-type
    train(rows, "3")  # E: arg-type
    train.with_options(memmory="1G")(rows)  # E: call-arg
    train.with_options(memory="1G")(path)  # E: arg-type
    models = [train(rows, depth) for depth in each(path)]  # E: arg-type
    pick(models[0])  # E: arg-type
    pick(collect(rows))  # E: arg-type
    with when("x > 1"):  # E: arg-type
        train(rows)
    train(one_of(rows, path))  # E: arg-type
    return rows  # E: return-value
