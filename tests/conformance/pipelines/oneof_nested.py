"""OneOf inside of a nested pipeline, which gives it out; and of branches that themselves choose."""

from kfp import dsl

SINCE = "2.7"


@dsl.component
def say(text: str) -> str:
    return text


@dsl.component
def check(text: str, expected: str) -> str:
    assert text == expected, (text, expected)
    return text


@dsl.pipeline
def choose(side: str) -> str:
    with dsl.If(side == "heads"):
        heads = say(text="heads")
    with dsl.Else():
        tails = say(text="tails")
    return dsl.OneOf(heads.output, tails.output)


@dsl.pipeline(name="oneof-nested")
def oneof_nested(side: str = "tails") -> str:
    check(text=choose(side="heads").output, expected="heads")
    return check(text=choose(side=side).output, expected="tails").output
