"""Container components: Concat and IfPresent, placeholders in commands, parameters by files, artifacts as paths."""

from typing import Optional

from kfp import dsl


@dsl.container_component
def say(word: str, path: dsl.OutputPath(str), mark: str = "!"):
    return dsl.ContainerSpec(
        image="alpine",
        command=["sh", "-c", 'mkdir -p "$(dirname "$1")"; printf "%s" "$0" > "$1"'],
        args=[dsl.ConcatPlaceholder(["<", word, dsl.ConcatPlaceholder(["-", mark]), ">"]), path],
    )


@dsl.container_component
def count(path: dsl.OutputPath(int), name: str = "none", extra: Optional[str] = None, more: Optional[str] = None):
    return dsl.ContainerSpec(
        image="alpine",
        command=["sh", "-c", 'out="$1"; shift; mkdir -p "$(dirname "$out")"; echo $# > "$out"; echo "$@"', "sh"],
        args=[
            path,
            name,
            dsl.IfPresentPlaceholder(input_name="extra", then=["--extra", extra], else_=["--no-extra"]),
            dsl.IfPresentPlaceholder(input_name="more", then=["--more", more]),
        ],
    )


@dsl.container_component
def write(text: str, data: dsl.Output[dsl.Dataset]):
    return dsl.ContainerSpec(
        image="alpine",
        command=["sh", "-c"],
        args=['mkdir -p "$(dirname "$1")" && printf "%s" "$0" > "$1"', text, data.path],
    )


@dsl.container_component
def upper(data: dsl.Input[dsl.Dataset], out: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image="python:3.11",
        command=["sh", "-c", 'mkdir -p "$(dirname "$1")" && tr a-z A-Z < "$0" > "$1"'],
        args=[data.path, out],
    )


@dsl.component
def check(text: str, expected: str):
    assert text == expected, (text, expected)


@dsl.component
def is_count(number: int, expected: int):
    assert number == expected, (number, expected)


@dsl.pipeline(name="container-text")
def container_text(word: str = 'it\'s $HOME "x" `id` ü') -> str:
    check(text=say(word=word).output, expected='<it\'s $HOME "x" `id` ü-!>')
    is_count(number=count().output, expected=2)
    is_count(number=count(extra="e", more="m o r e").output, expected=5)
    up = upper(data=write(text="shout").outputs["data"])
    check(text=up.output, expected="SHOUT")
    return up.output
