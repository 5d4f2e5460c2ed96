"""Collected over iterations that were skipped, and over no iterations at all."""

from typing import List

from kfp import dsl

SINCE = "2.7"


@dsl.component
def none() -> List[int]:
    return []


@dsl.component
def double(value: int) -> int:
    return 2 * value


@dsl.component
def write(value: int, data: dsl.Output[dsl.Dataset]):
    with open(data.path, "w") as file:
        file.write(str(value))


@dsl.component
def are(values: List[int], expected: List[int]):
    assert values == expected, (values, expected)


@dsl.component
def count(parts: dsl.Input[List[dsl.Dataset]], expected: int):
    assert len(parts or []) == expected, parts  # of no artifacts at all, kfp makes None


@dsl.pipeline(name="collected-gaps")
def collected_gaps():
    with dsl.ParallelFor([1, 2, 3, 4]) as value:
        with dsl.If(value > 2):
            some = double(value=value)
            part = write(value=value)
    are(values=dsl.Collected(some.output), expected=[6, 8])
    count(parts=dsl.Collected(part.outputs["data"]), expected=2)

    with dsl.ParallelFor(none().output) as nothing:
        never = double(value=nothing)
        no_part = write(value=nothing)
    are(values=dsl.Collected(never.output), expected=[])
    count(parts=dsl.Collected(no_part.outputs["data"]), expected=0)
