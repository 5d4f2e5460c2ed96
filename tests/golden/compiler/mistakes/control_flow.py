"""Branches, loops, exit handlers and orders that do not hold together."""
# ruff: noqa: B007, B008
# fmt: off

from pathlib import Path

from penstock.dsl import TaskFinalStatus, collect, component, each, elsewhen, on_exit, one_of, otherwise, pipeline, when


@component
def double(x: int) -> int: ...


@component
def rate(x: int) -> float: ...


@component
def file(x: int) -> Path: ...


@component
def files(x: int) -> list[Path]: ...


@component
def total(xs: list[int]) -> int: ...


@component
def loose(x: int) -> list: ...


@component
def text(x: int) -> str: ...


@component
def notify(x: int = 1, status: TaskFinalStatus = TaskFinalStatus()) -> None: ...


@component
def plain_notify(x: int) -> None: ...


@pipeline
def control_flow(x: int, flag: bool, xs: list[int], name: str):
    with when(x > 1):
        inside = double(x)
        nested = [double(i) for i in each([1, 2])]
    double(inside)  # CMP031
    total(nested)  # CMP031
    for i in each(xs):
        looped = double(i)
        with when(looped > 3):
            sometimes = double(looped)
    double(looped)  # CMP030
    total(collect(sometimes))
    total(collect(inside))  # CMP037
    total(collect(i))  # CMP037
    total(looped)  # CMP030
    with elsewhen(x > 3):  # CMP032
        double(x)
    with when(x == 3):
        a = double(x)
    with otherwise():
        b = double(x)
        c = rate(x)
    with otherwise():  # CMP032
        double(x)
    double(one_of(a, b))
    one_of(a, inside)  # CMP034
    one_of(a, x)  # CMP034
    one_of(b, c)  # CMP034
    double(one_of(a, c))  # CMP034
    with when(x > 1):
        d = double(x)
    with elsewhen(x > 0):
        e = double(x)
    one_of(d, e)  # CMP034
    with when(file(x) == "a"):  # CMP033
        double(x)
    with when(xs == [1]):  # CMP033 CMP033
        double(x)
    with when(x == "1"):  # CMP033
        double(x)
    with when(flag > False):  # CMP033
        double(x)
    with when(x):  # CMP033
        double(x)
    with when(True):  # CMP033
        double(x)
    with when("x > 1"):  # CMP033
        double(x)
    with when(x > float("nan")):  # CMP033
        double(x)
    with when(flag & (x > 1) | ~(name == "a")):
        double(x)
    for i in each(x):  # CMP035
        double(i)
    for i in each(file(x)):  # CMP035
        double(1)
    for one in each(files(x)):
        file(1)
    for i in each(loose(x)):  # CMP035
        double(i)
    for i in each([1, "a"]):  # CMP035
        double(1)
    for i in each([]):  # CMP035
        double(i)
    for i in each([double(x), 2]):  # CMP035
        double(i)
    for i in each("abc"):  # CMP035
        double(1)
    for i in each([object()]):  # CMP035
        double(1)
    for i in each([1, 2], parallelism=-1):  # CMP035
        double(i)
    for number, i in enumerate(each([1, 2])):  # CMP035
        double(i)
    for i in each([1, 2]):
        double(i)
        break  # CMP036
    table = [[double(i * 1) for i in each([1, 2])] for j in each([1, 2])]  # CMP022
    table = [[double(i) for i in each([1, 2])] for j in each([1, 2])]
    total(table)  # CMP015
    with on_exit(notify()):
        guarded = double(x)
    double(guarded)
    with on_exit(notify(double(x))):  # CMP038
        double(x)
    with on_exit(x):  # CMP038
        double(x)
    with on_exit(plain_notify):  # CMP038
        double(x)
    notify(x)  # CMP038
    with when(x > 1):
        conditional = double(x)
    double.after(conditional)(x)  # CMP039
    double(x).after(3)  # CMP039
    x.after(double(x))  # CMP039
    double.with_options(ignore_upstream_failure=True)(double(x))  # CMP041
    notify.with_options(ignore_upstream_failure=True)(double(x))  # CMP038
    with when(x > 1):  # CMP050
        pass
    for i in each([1, 2]):  # CMP050
        pass
