"""OneOf of parameters and of artifacts: the branch that was taken gives the value."""

from kfp import dsl

SINCE = "2.7"


@dsl.component
def number(value: int) -> int:
    return value


@dsl.component
def write(text: str, data: dsl.Output[dsl.Dataset]):
    data.metadata["text"] = text
    with open(data.path, "w") as file:
        file.write(text)


@dsl.component
def check(number: int, data: dsl.Input[dsl.Dataset]) -> str:
    with open(data.path) as file:
        read = file.read()
    assert (number, read, data.metadata["text"]) == (2, "middle", "middle"), (number, read, data.metadata)
    return read


@dsl.pipeline(name="oneof")
def oneof(size: int = 5) -> str:
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
        number=dsl.OneOf(low.output, mid.output, high.output),
        data=dsl.OneOf(small.outputs["data"], middle.outputs["data"], large.outputs["data"]),
    ).output
