"""Pipelines within pipelines, and what they give back."""
# ruff: noqa: B018, RUF059
# fmt: off

from pathlib import Path

from penstock.dsl import component, each, pipeline


@component
def double(x: int) -> int: ...


@pipeline  # CMP050
def empty(x: int):
    pass


@pipeline
def endless(x: int):
    endless(double(x))  # CMP052


@pipeline
def passes_on(x: int):
    double(x)
    return {"a": x, "b": 3, "c": double(x)}  # CMP053 CMP053


@pipeline
def entry(xs: list[dict[str, int]]):
    for item in each(xs):
        double(item["a"])
    return double(1)


@pipeline  # CMP053
def part_of(xs: dict[str, int]):
    double(1)
    return xs["a"]


@pipeline
def several(x: int, source: Path = Path("data.csv")):
    return double(x), double(x)


@pipeline  # CMP005 CMP007
def wrong_inputs(files: list[Path], file: Path = "data.csv"):
    double(1)


@pipeline
def pipelines(x: int):
    empty(x)
    endless(x)
    passes_on(x)
    entry([{"a": 1}])
    part_of({"a": 1})
    first, second = several(x)
    first, second, third = several(x)  # CMP023
    several(x).output_3  # CMP020
    several()  # CMP011
    wrong_inputs([], Path("a"))  # CMP012
    double(first)
    return object()  # CMP053
