"""Pipelines in pipelines: optional inputs, nulls, defaults, artifacts in and out, three levels deep."""

from typing import NamedTuple, Optional

from kfp import dsl


@dsl.component
def show(text: Optional[str] = None, number: int = 3) -> str:
    return f"{text}/{number}"


@dsl.component
def is_text(text: str, expected: str):
    assert text == expected, (text, expected)


@dsl.component
def write(text: str, data: dsl.Output[dsl.Dataset]):
    data.metadata["length"] = len(text)
    with open(data.path, "w") as file:
        file.write(text)


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    assert data.metadata["length"] == 5 and type(data.metadata["length"]) is int, data.metadata
    with open(data.path) as file:
        return file.read()


@dsl.pipeline
def inner(text: Optional[str] = None, number: int = 4) -> str:
    return show(text=text, number=number).output


@dsl.pipeline
def reader(data: dsl.Input[dsl.Dataset]) -> str:
    return read(data=data).output


@dsl.pipeline
def writer(text: str) -> dsl.Dataset:
    return write(text=text).outputs["data"]


@dsl.pipeline
def middle(word: Optional[str] = None) -> NamedTuple("Outputs", [("one", str), ("two", str)]):
    outputs = NamedTuple("Outputs", [("one", str), ("two", str)])
    return outputs(one=inner(text=word).output, two=reader(data=writer(text="hello").output).output)


@dsl.pipeline(name="nested")
def nested(given: Optional[str] = None) -> str:
    is_text(text=inner().output, expected="None/4")
    is_text(text=inner(text="a", number=1).output, expected="a/1")
    is_text(text=inner(text=given).output, expected="None/4")
    deep = middle(word="w")
    is_text(text=deep.outputs["one"], expected="w/4")
    is_text(text=deep.outputs["two"], expected="hello")
    is_text(text=middle(word=given).outputs["one"], expected="None/4")
    return show().output
