"""OneOf of parameters and of artifacts: the branch that was taken gives the value."""

from kfp import dsl

SINCE = "2.7"


@dsl.component
def say(text: str) -> str:
    return text


@dsl.component
def number(value: int) -> int:
    return value


@dsl.component
def write(text: str, data: dsl.Output[dsl.Dataset]):
    data.metadata["text"] = text
    with open(data.path, "w") as file:
        file.write(text)


@dsl.component
def check(text: str, number: int, data: dsl.Input[dsl.Dataset]) -> str:
    with open(data.path) as file:
        read = file.read()
    assert (text, number, read, data.metadata["text"]) == ("tails", 2, "middle", "middle"), (text, number, read)
    return text


@dsl.pipeline
def choose(side: str) -> str:
    with dsl.If(side == "heads"):
        heads = say(text="heads")
    with dsl.Else():
        tails = say(text="tails")
    return dsl.OneOf(heads.output, tails.output)


@dsl.pipeline(name="oneof")
def oneof(side: str = "tails", size: int = 5) -> str:
    with dsl.If(size < 3):
        low = number(value=1)
        small = write(text="small")
    with dsl.Elif(size < 7):
        mid = number(value=2)
        middle = write(text="middle")
    with dsl.Else():
        high = number(value=3)
        large = write(text="large")
    return check(
        text=choose(side=side).output,
        number=dsl.OneOf(low.output, mid.output, high.output),
        data=dsl.OneOf(small.outputs["data"], middle.outputs["data"], large.outputs["data"]),
    ).output
