"""A task that fails twice and then does not; and a nested pipeline that is tried again as a whole."""

from kfp import dsl


@dsl.component
def fails_twice(job: str, name: str) -> int:
    import os
    import tempfile

    place = os.path.join(tempfile.gettempdir(), f"conformance-{job}-{name}")
    with open(place, "a") as file:
        file.write("x")
    tries = os.path.getsize(place)
    if tries < 3:
        raise ConnectionError(f"try {tries}")
    os.unlink(place)
    return tries


@dsl.component
def is_three(tries: int):
    assert tries == 3, tries


@dsl.pipeline
def shaky(job: str) -> int:
    return fails_twice(job=job, name="nested").output


@dsl.pipeline(name="retries")
def retries():
    alone = fails_twice(job=dsl.PIPELINE_JOB_ID_PLACEHOLDER, name="alone")
    alone.set_retry(num_retries=3, backoff_duration="0s", backoff_factor=2.0, backoff_max_duration="1s")
    is_three(tries=alone.output)
    whole = shaky(job=dsl.PIPELINE_JOB_ID_PLACEHOLDER)
    whole.set_retry(num_retries=2, backoff_duration="0s")
    is_three(tries=whole.output)
