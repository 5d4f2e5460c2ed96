"""A task's time limit, by the platform specification."""

from kfp import dsl, kubernetes

SINCE = "2.7"


@dsl.component
def sleep(seconds: int):
    import time

    time.sleep(seconds)


@dsl.pipeline(name="timeout")
def timeout():
    kubernetes.set_timeout(sleep(seconds=60), 2)
