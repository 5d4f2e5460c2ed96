"""Tasks that wait for one another."""
# fmt: off

from penstock.dsl import component, pipeline


@component
def double(x: int) -> int: ...


@pipeline
def cycle(x: int):
    first = double(x)  # CMP040
    second = double(first)
    first.after(second)
