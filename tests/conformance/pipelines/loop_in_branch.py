"""Loops inside branches inside loops, and sub-fields in conditions."""

from kfp import dsl

SINCE = "2.4"


@dsl.component
def even(value: str) -> bool:
    return int(value) % 2 == 0


@dsl.component
def is_even(value: str):
    assert value in ("2", "4"), value


@dsl.component
def is_odd(value: str, inner: str):
    assert value in ("1", "3") and inner in ("x", "y"), (value, inner)


@dsl.component
def is_second(record: dict, value: str):
    assert record == {"n": "2", "label": "two"} and value == "2", (record, value)


@dsl.pipeline(name="loop-in-branch")
def loop_in_branch(switch: str = "on"):
    with dsl.If(switch == "on"):
        with dsl.ParallelFor(["1", "2", "3", "4"]) as item:
            with dsl.If(even(value=item).output == True):
                is_even(value=item)
            with dsl.Else():
                with dsl.ParallelFor(["x", "y"]) as inner:
                    is_odd(value=item, inner=inner)
    with dsl.Else():
        with dsl.ParallelFor(["0"]) as zero:
            is_even(value=zero)
    with dsl.ParallelFor([{"n": "1", "label": "one"}, {"n": "2", "label": "two"}]) as record:
        with dsl.If(record.label == "two"):
            is_second(record=record, value=record.n)
