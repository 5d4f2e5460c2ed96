"""The older `dsl.Condition`, with values of tasks and of the pipeline."""

from kfp import dsl


@dsl.component
def flip(side: str) -> str:
    return side


@dsl.component
def took(branch: str):
    print(branch)


@dsl.component
def never(branch: str):
    raise AssertionError(f"this branch must not be taken: {branch}")


@dsl.pipeline(name="conditions")
def conditions(side: str = "héads \U0001f600", count: int = 3, rate: float = 1.5, flag: bool = True):
    coin = flip(side=side)
    with dsl.Condition(coin.output == "héads \U0001f600", name="is-heads"):
        took(branch="heads")
        with dsl.Condition(count > 2):
            took(branch="three")
        with dsl.Condition(count < 3):
            never(branch="3 < 3")
    with dsl.Condition(coin.output != side):
        never(branch="the same side")
    with dsl.Condition(rate >= 1.5):
        took(branch="rate")
    with dsl.Condition(flag == False):
        never(branch="flag")
