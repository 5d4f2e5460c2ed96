"""A task that runs although what it waits for failed; the run still counts as failed."""

from kfp import dsl


@dsl.component
def bad() -> str:
    raise ValueError("broken on purpose")


@dsl.component
def clean(message: str = "the default"):
    assert message == "the default", message


@dsl.component
def clean_after():
    print("cleaned")


@dsl.component
def skipped(message: str):
    raise AssertionError("it depends on what failed")


@dsl.pipeline(name="ignore-failure")
def ignore_failure():
    failed = bad()
    clean(message=failed.output).ignore_upstream_failure()
    clean_after().after(failed).ignore_upstream_failure()
    skipped(message=failed.output)
