"""Whole numbers stay whole through parameters, defaults, lists, structs and outputs; others keep their digits."""

from typing import Dict, List, NamedTuple

from kfp import dsl


@dsl.component
def make() -> NamedTuple(
    "Outputs", [("whole", int), ("number", float), ("many", List[int]), ("named", Dict[str, int])]
):
    from collections import namedtuple

    return namedtuple("Outputs", "whole number many named")(2**53, 0.1, [1, 2, 2**53], {"a": 1, "b": -7})


@dsl.component
def check(whole: int, number: float, many: List[int], named: Dict[str, int], mixed: list, default: int = 5):
    assert type(whole) is int and whole == 2**53, whole
    assert number == 0.1, number
    assert [type(one) for one in many] == [int, int, int] and many == [1, 2, 2**53], many
    assert [type(one) for one in named.values()] == [int, int] and named == {"a": 1, "b": -7}, named
    assert mixed == [1, 2.5, "1", True, {"a": [0]}], mixed
    assert type(mixed[0]) is int and type(mixed[3]) is bool and type(mixed[4]["a"][0]) is int, mixed
    assert type(default) is int, default


@dsl.component
def total(values: List[int]) -> int:
    return sum(values)


@dsl.component
def pass_on(number: float) -> float:
    assert isinstance(number, (int, float)), number
    return number


@dsl.pipeline(name="exact-numbers")
def exact_numbers(
    given: List[int] = [1, 2, 3],
    mixed: list = [1, 2.5, "1", True, {"a": [0]}],
    tiny: float = 1e-300,
) -> int:
    made = make()
    check(
        whole=made.outputs["whole"],
        number=made.outputs["number"],
        many=made.outputs["many"],
        named=made.outputs["named"],
        mixed=mixed,
    )
    pass_on(number=tiny)
    pass_on(number=3.0)
    return total(values=given).output
