"""A pipeline function that raises."""
# ruff: noqa: B018
# fmt: off

from penstock.dsl import component, pipeline


@component
def double(x: int) -> int: ...


def wire(x):
    settings = {}
    return double(settings["x"])  # CMP051


@pipeline
def raising(x: int):
    double(x).outputs  # CMP020
    wire(x)
