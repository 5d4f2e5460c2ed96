"""Outputs of tasks, used as if they were real values."""
# ruff: noqa: B015, B018, F841, RUF059
# fmt: off

from typing import NamedTuple

from penstock.dsl import component, pipeline


class Halves(NamedTuple):
    train: int
    test: int


@component
def split(x: int) -> Halves: ...


@component
def double(x: int) -> int: ...


@component
def table(x: int) -> dict[str, int]: ...


@component
def say(text: str) -> None: ...


kept = []
texts = []


@pipeline
def other(x: int):
    kept.append(double(x))
    texts.append(f"{x}")


@pipeline
def handles(x: int, text: str, xs: list[int]):
    halves = split(x)
    split(x).tests  # CMP020
    halves["tset"]  # CMP020
    double(x).output  # CMP020
    double(x).columns  # CMP020
    text.upper()  # CMP022
    double(table(x)["a"])
    double(table(x)[1.5])  # CMP022
    if double(x):  # CMP021
        double(x)
    if x > 3 and x < 5:  # CMP021
        double(x)
    assert x  # CMP021
    value = 1 if not x else 2  # CMP021
    while x:  # CMP021
        break
    0 < x < 5  # CMP021
    x in [1, 2]  # CMP021
    1 in xs  # CMP021
    x + 1  # CMP022
    -x  # CMP022
    2 * x  # CMP022
    len(xs)  # CMP022
    int(x)  # CMP022
    float(x)  # CMP022
    range(x)  # CMP022
    [1, 2][x]  # CMP022
    xs[0:2]  # CMP022
    xs[0] = 1  # CMP022
    for one in xs:  # CMP022
        double(one)
    list(xs)  # CMP022 CMP022
    say(f"{x:03d}")  # CMP022
    say(f"{halves}")  # CMP016
    first, second, third = split(x)  # CMP023
    first, second = double(x)  # CMP023
    first, second = split(x)
    double(second)
    double.__call__(first)
    other(x)
    double(kept[0])  # CMP024
    say(texts[0])  # CMP024
    say.with_options(env={"TEXT": f"{text}"}, name=f"{text}")("hello")  # CMP006 CMP006
    double(x)()  # CMP022
    halves > 3  # CMP022
    (x > 1) == (x > 2)  # CMP022
