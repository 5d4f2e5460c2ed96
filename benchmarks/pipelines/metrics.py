"""A task that logs many metrics, one by one."""

import penstock
from penstock import component, pipeline


@component(cache=False)
def log(count: int, names: int) -> int:
    for step in range(count):
        penstock.log_metric(f"metric-{step % names}", 0.5, step)
    return count


@pipeline
def log_many(count: int = 0, names: int = 10) -> int:
    return log(count, names)
