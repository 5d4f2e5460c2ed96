"""Components and pipelines that are not what they must be."""
# ruff: noqa: B006, E501, RUF013
# fmt: off

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from penstock.dsl import Retry, TaskFinalStatus, component, pipeline

if TYPE_CHECKING:
    from decimal import Decimal


@component  # CMP001
async def waits(x: int) -> int:
    await asyncio.sleep(0)
    return x


@component  # CMP001 CMP005
def yields(x: int) -> Iterator[int]:
    yield x


@component  # CMP002 CMP002 CMP002
def open_ended(first: int, /, *rest: int, **more: int) -> int:
    return first


@component  # CMP003 CMP003
def unannotated(x, y: int):
    return x + y


@component  # CMP004
def unresolved(x: "Decimal", y: int) -> int:
    return y


@component  # CMP005 CMP005
def unsupported(x: set[int], y: int = 1) -> tuple[complex, complex]:
    return 1j, 2j


@component(memory="lots", cpu=-1, retries=-2, timeout="soon", env={"A B": "c"}, gpus=1, requirements="polars")  # CMP006 CMP006 CMP006 CMP006 CMP006 CMP006 CMP006
def greedy(x: int) -> int:
    return x


@component  # CMP007 CMP007
def defaulted(x: int = "1", y: str = None, z: list[int] = [1, 2]) -> int:
    return x


class Outputs(NamedTuple):
    after: int
    before: int


@component  # CMP008
def clashing(x: int) -> Outputs:
    return Outputs(x, x)


@component  # CMP038
def returns_status(x: int) -> TaskFinalStatus:
    return TaskFinalStatus()


@component(retries=Retry(2, backoff="10s"), cache=False, image="python:3.12", env={"A": "b"})
def right(x: int = 1) -> int:
    return x


@pipeline
def inner(x: int):
    right(x)


@pipeline(colour="red")  # CMP006 CMP003 CMP007
def definitions(x: int, y, z: int = "2"):
    waits(x)
    yields(x)
    open_ended(x)
    unannotated(x, x)
    unresolved(x=1, y=x)
    unsupported(x)
    greedy(x)
    defaulted()
    clashing(x)
    returns_status(x)
    right(x)
    right.with_options(retries="many", colour=1)(x)  # CMP006 CMP006
    inner.with_options(retries=-1, memory="1G")(x)  # CMP006 CMP006
