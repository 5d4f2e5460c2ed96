"""A component that raises: the run fails with its message, what depends on it does not run, the rest does."""

from kfp import dsl


@dsl.component
def bad(x: int) -> int:
    return {"a": 1}[f"no such key {x}"]


@dsl.component
def after(x: int):
    raise AssertionError("it depends on what failed")


@dsl.component
def beside():
    print("on its own")


@dsl.pipeline(name="failing")
def failing():
    after(x=bad(x=3).output)
    beside()
