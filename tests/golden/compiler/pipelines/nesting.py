"""Nested pipelines, an exit handler, orders, and a task that runs in spite of failures."""

from pathlib import Path
from typing import NamedTuple

from penstock.dsl import Retry, TaskFinalStatus, component, each, on_exit, pipeline, when


class Pair(NamedTuple):
    number: int
    file: Path


@component
def make(x: int) -> Path: ...


@component(retries=Retry(3, backoff="10s", factor=1.5, max="5m"))
def measure(file: Path) -> int: ...


@component
def prepare() -> None: ...


@component
def report(x: int = 0, file: Path | None = None) -> None: ...


@component
def notify(channel: str, status: TaskFinalStatus = TaskFinalStatus()) -> None: ...  # noqa: B008


@pipeline
def inner(x: int, extra: Path = Path("extra.csv")) -> Pair:
    with when(x > 1):
        measure(extra)
    return Pair(measure(make(x)), make(x))


@pipeline
def nesting(x: int, channel: str = "ops", extra: Path | None = None) -> Pair:
    ready = prepare()
    with on_exit(notify(channel)):
        first = inner.after(ready)(x)
        second = inner.with_options(retries=Retry(2, backoff="1m"))(first.number, first.file)
        for i in each([1, 2]):
            made = make(i)
        late = make.after(made)(3)
        report.with_options(ignore_upstream_failure=True)(first.number, late)
    report(file=extra)
    return second
