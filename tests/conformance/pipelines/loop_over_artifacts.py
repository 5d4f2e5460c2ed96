"""A loop over a list of artifacts, which an earlier loop collected."""

from typing import List

from kfp import dsl

SINCE = "2.7"


@dsl.component
def write(value: int, data: dsl.Output[dsl.Dataset]):
    with open(data.path, "w") as file:
        file.write(str(value))


@dsl.component
def square(data: dsl.Input[dsl.Dataset]) -> int:
    with open(data.path) as file:
        return int(file.read()) ** 2


@dsl.component
def are(values: List[int], expected: List[int]):
    assert values == expected, (values, expected)


@dsl.pipeline
def parts() -> List[dsl.Dataset]:
    with dsl.ParallelFor([1, 2, 3]) as value:
        one = write(value=value)
    return dsl.Collected(one.outputs["data"])


@dsl.pipeline(name="loop-over-artifacts")
def loop_over_artifacts():
    with dsl.ParallelFor(parts().output) as part:
        squared = square(data=part)
    are(values=dsl.Collected(squared.output), expected=[1, 4, 9])
