"""A chain of tasks that do nothing: what a task costs by itself."""

from penstock import component, each, pipeline


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


@pipeline
def chain10() -> int:
    n = step(0)
    for _ in range(9):
        n = step(n)
    return n


@pipeline
def fan10() -> None:
    for n in range(10):
        step(n)


@pipeline
def loop1000() -> None:
    for n in each(list(range(1000))):
        step(n)


@pipeline
def nested1000() -> None:
    for _ in each(list(range(10))):
        for _ in each(list(range(10))):
            for n in each(list(range(10))):
                step(n)


@component
def kept(n: int) -> int:
    return n + 1


@pipeline
def kept1000() -> None:
    for n in range(1000):
        kept(n)


@pipeline
def short(start: int = 0) -> int:
    n = step(start)
    for _ in range(4):
        n = step(n)
    return n
