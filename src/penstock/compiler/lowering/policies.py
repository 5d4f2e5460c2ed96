"""Policies of tasks as the IR has them."""

from typing import Any

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


def kubernetes_settings(options: Options) -> dict[str, Any]:
    """What a task asks of the platform, as Kubeflow's extension for Kubernetes writes it; empty if nothing."""
    settings: dict[str, Any] = {}
    seconds = options.timeout_seconds
    if seconds is not None:
        settings["activeDeadlineSeconds"] = max(1, round(seconds))
    variables: dict[str, list[dict[str, str]]] = {}
    for target, source in options.secrets.items():
        name, _, key = source.partition("/")
        if target.startswith("/"):
            settings.setdefault("secretAsVolume", []).append(_secret(name) | {"mountPath": target})
        else:
            variables.setdefault(name, []).append({"secretKey": key, "envVar": target})
    if variables:
        settings["secretAsEnv"] = [_secret(name) | {"keyToEnv": keys} for name, keys in variables.items()]
    return settings


def _secret(name: str) -> dict[str, Any]:
    """By name in the present form and in the one that older clusters read."""
    return {"secretName": name, "secretNameParameter": {"runtimeValue": {"constant": name}}, "optional": False}


def protobuf_duration(seconds: float) -> str:
    """A duration in protobuf's JSON: `1.5s`."""
    return f"{seconds:.9f}".rstrip("0").rstrip(".") + "s"
