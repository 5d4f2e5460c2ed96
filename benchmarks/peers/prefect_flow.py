"""Prefect: a chain or a fan-out of tasks that do nothing, in threads of one process (its default)."""

import sys

from prefect import flow, task


@task
def step(n: int) -> int:
    return n + 1


@flow
def chain(tasks: int) -> int:
    n = 0
    for _ in range(tasks):
        n = step(n)
    return n


@flow
def fan(tasks: int) -> None:
    for future in step.map(list(range(tasks))):
        future.result()


if __name__ == "__main__":
    {"chain": chain, "fan": fan}[sys.argv[1]](int(sys.argv[2]))
