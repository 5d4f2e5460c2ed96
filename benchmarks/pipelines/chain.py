"""A chain of tasks that do nothing: what a task costs by itself."""

from penstock import component, pipeline


@component(cache=False)
def step(n: int) -> int:
    return n + 1


@pipeline
def chain50() -> int:
    n = step(0)
    for _ in range(49):
        n = step(n)
    return n


@pipeline
def fan1000() -> None:
    for n in range(1000):
        step(n)
