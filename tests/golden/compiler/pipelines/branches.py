"""Conditions in all their forms, and branches joined again."""

from pathlib import Path

from penstock.dsl import component, each, elsewhen, one_of, otherwise, pipeline, when


@component
def score(x: int) -> float: ...


@component
def count(x: int) -> int: ...


@component
def write(text: str) -> Path: ...


@component
def read(file: Path, label: str | None = None) -> int: ...


@pipeline
def branches(n: int, flag: bool, name: str, limit: int | None = None) -> int:
    good = score(n)
    with when(good > 0.8):
        count(n)
    with when((n >= 3) & ~flag | (name == 'it\'s \\ "here"')):
        count(3)
        with when(flag):
            count(n)
    with when(good > n):
        large = write("large")
        best = count(1)
    with elsewhen((good > 1) | flag):
        middle = write("middle")
        fair = count(2)
    with otherwise():
        small = write("small")
        poor = count(3)
    total = one_of(best, fair, poor)
    for item in each([{"name": "a", "size": 1}, {"name": "b", "size": 2}]):
        with when(item["size"] > total):
            write(item["name"])
    read(one_of(large, middle, small), None)
    return total
