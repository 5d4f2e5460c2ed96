"""A condition that cannot be evaluated fails the run; it never counts as false."""

from kfp import dsl

SINCE = "2.4"


@dsl.component
def make() -> str:
    return "many"


@dsl.component
def number() -> int:
    return 5


@dsl.component
def never():
    raise AssertionError("nothing follows a condition that has no value")


@dsl.pipeline(name="condition-error")
def condition_error():
    with dsl.If(make().output > number().output):
        never()
    with dsl.Else():
        never()
