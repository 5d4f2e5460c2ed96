"""A task that always fails is tried as often as it says, and then the run fails."""

from kfp import dsl


@dsl.component
def always():
    raise ConnectionError("as always")


@dsl.component
def after():
    raise AssertionError("nothing follows")


@dsl.pipeline(name="retries-used-up")
def retries_used_up():
    task = always().set_retry(num_retries=2, backoff_duration="0s", backoff_factor=1.0)
    after().after(task)
