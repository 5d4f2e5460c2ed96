"""A quote in the text of a condition: kfp writes no condition that can be read, so the run fails, and says so."""

from kfp import dsl


@dsl.component
def make() -> str:
    return "it's"


@dsl.component
def after(branch: str):
    raise AssertionError(f"no branch may be taken: {branch}")


@dsl.pipeline(name="condition-quote")
def condition_quote():
    with dsl.Condition(make().output == "it's"):
        after(branch="same")
