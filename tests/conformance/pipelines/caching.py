"""What may be taken from cache and what may not."""

from kfp import dsl


@dsl.component
def kept(x: int) -> int:
    return x + 1


@dsl.component
def always(x: int) -> int:
    return x + 2


@dsl.component
def moment() -> float:
    import time

    return time.time()


@dsl.component
def depends(x: float) -> float:
    return x


@dsl.pipeline(name="caching")
def caching():
    one = kept(x=1)
    two = always(x=one.output)
    two.set_caching_options(False)
    kept(x=two.output)
    now = moment()
    now.set_caching_options(enable_caching=False)
    depends(x=now.output)
