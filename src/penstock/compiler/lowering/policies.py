"""Policies of tasks as the IR has them."""

from penstock.dsl.durations import parse_duration
from penstock.dsl.options import Options
from penstock.ir.spec import CachingOptions, RetryPolicy


def caching_options(options: Options) -> CachingOptions:
    """Whether earlier results may be taken. Kubeflow knows no versions and no ages: those are in the manifest."""
    caching = options.caching
    return CachingOptions(enable_cache=caching is not None, cache_key=(caching.key if caching else None) or "")


def retry_policy(options: Options) -> RetryPolicy | None:
    """The retries of a task; None if it has none."""
    retry = options.retry
    if retry.count == 0:
        return None
    return RetryPolicy(
        max_retry_count=retry.count,
        backoff_duration=protobuf_duration(parse_duration(retry.backoff)),
        backoff_factor=float(retry.factor),
        backoff_max_duration=protobuf_duration(parse_duration(retry.max)),
    )


def protobuf_duration(seconds: float) -> str:
    """A duration in protobuf's JSON: `1.5s`."""
    return f"{seconds:.9f}".rstrip("0").rstrip(".") + "s"
