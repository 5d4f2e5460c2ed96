"""What iterations gave, collected: in order, flattened where loops are nested, parameters and artifacts."""

from typing import List

from kfp import dsl

SINCE = "2.7"


@dsl.component
def double(value: int) -> int:
    return 2 * value


@dsl.component
def times(left: int, right: int) -> int:
    return left * right


@dsl.component
def write(text: str, data: dsl.Output[dsl.Dataset]):
    data.metadata["text"] = text
    with open(data.path, "w") as file:
        file.write(text)


@dsl.component
def are(values: List[int], expected: List[int]) -> int:
    assert values == expected and all(type(value) is int for value in values), (values, expected)
    return sum(values)


@dsl.component
def join(parts: dsl.Input[List[dsl.Dataset]]) -> str:
    texts = []
    for part in parts:
        with open(part.path) as file:
            texts.append(file.read())
        assert texts[-1] == part.metadata["text"]
    return "+".join(texts)


@dsl.component
def is_text(text: str, expected: str):
    assert text == expected, (text, expected)


@dsl.pipeline
def doubled(values: List[int]) -> List[int]:
    with dsl.ParallelFor(values) as value:
        task = double(value=value)
    return dsl.Collected(task.output)


@dsl.pipeline(name="collected")
def collected(values: List[int] = [3, 1, 2]) -> int:
    with dsl.ParallelFor(values) as value:
        twice = double(value=value)
        written = write(text="w")
    total = are(values=dsl.Collected(twice.output), expected=[6, 2, 4])

    with dsl.ParallelFor([1, 2]) as outer:
        with dsl.ParallelFor([1, 10, 100]) as inner:
            product = times(left=outer, right=inner)
    are(values=dsl.Collected(product.output), expected=[1, 10, 100, 2, 20, 200])

    is_text(text=join(parts=dsl.Collected(written.outputs["data"])).output, expected="w+w+w")
    are(values=doubled(values=values).output, expected=[6, 2, 4])
    return total.output
