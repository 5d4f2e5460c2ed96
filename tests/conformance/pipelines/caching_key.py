"""A custom key stands for all that goes into a task: the same key, the same result."""

from kfp import dsl

SINCE = "2.14"


@dsl.component
def moment() -> float:
    import time

    return time.time()


@dsl.component
def depends(x: float) -> float:
    return x


@dsl.component
def plain(x: float) -> float:
    return x


@dsl.pipeline(name="caching-key")
def caching_key():
    now = moment()
    now.set_caching_options(enable_caching=False)
    depends(x=now.output).set_caching_options(enable_caching=True, cache_key="whatever-it-is")
    plain(x=now.output)
