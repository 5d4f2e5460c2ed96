"""A task that takes more memory than its limit is ended, and the run fails with that reason."""

from kfp import dsl


@dsl.component
def hold(megabytes: int) -> int:
    return len(bytearray(megabytes * 1_000_000))


@dsl.pipeline(name="memory-limit")
def memory_limit():
    hold(megabytes=4000).set_memory_limit("200M")
