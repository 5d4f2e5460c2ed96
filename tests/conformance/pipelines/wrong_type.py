"""A component that returns another type than it declares fails."""

from kfp import dsl


@dsl.component
def liar() -> int:
    return "not a number"


@dsl.pipeline(name="wrong-type")
def wrong_type():
    liar()
