"""Dagster: a chain or a fan-out of ops that do nothing, each in a process of its own (its default executor)."""

import os
import sys

from dagster import DagsterInstance, execute_job, job, multiprocess_executor, op, reconstructable

TASKS = int(os.environ["TASKS"])


@op
def first() -> int:
    return 0


@op
def step(n: int) -> int:
    return n + 1


@job(executor_def=multiprocess_executor.configured({"max_concurrent": 2}))
def chain():
    n = first()
    for _ in range(TASKS - 1):
        n = step(n)


@job(executor_def=multiprocess_executor.configured({"max_concurrent": 2}))
def fan():
    for index in range(TASKS):
        first.alias(f"first_{index}")()


if __name__ == "__main__":
    with DagsterInstance.get() as instance:
        result = execute_job(reconstructable({"chain": chain, "fan": fan}[sys.argv[1]]), instance=instance)
        sys.exit(not result.success)
