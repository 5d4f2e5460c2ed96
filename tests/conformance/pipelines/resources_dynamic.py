"""Requests and limits that the pipeline or a task gives."""

from kfp import dsl

SINCE = "2.14"


@dsl.component
def amount() -> str:
    return "512Mi"


@dsl.component
def hold(megabytes: int) -> int:
    return len(bytes(megabytes * 1_000_000))


@dsl.pipeline(name="resources-dynamic")
def resources_dynamic(cpu: str = "500m", memory: str = "256M") -> int:
    first = hold(megabytes=5)
    first.set_cpu_limit(cpu)
    first.set_memory_limit(memory)
    second = hold(megabytes=7)
    second.set_memory_limit(amount().output)
    return second.output
