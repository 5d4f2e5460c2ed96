"""A pipeline function that raises."""

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
