"""When a failed attempt is tried again, and how long to wait before."""

from datetime import timedelta

from penstock.ir.resources import parse_duration
from penstock.ir.runtime import TaskFailure
from penstock.ir.spec import RetryPolicy
from penstock.metadata.records import Execution

MAX_LOSSES = 3
"""How often an attempt may be lost with its worker or its engine before the task itself is blamed."""

_LOSS_DELAY = timedelta(seconds=0.2)


def next_delay(execution: Execution, failure: TaskFailure, policy: RetryPolicy | None) -> timedelta | None:
    """How long to wait before the next attempt; None when there is none.

    Args:
        execution: With `failures` and `losses` as they stand after the attempt that failed.
        failure: Why it failed. `user` is never retried, `task` follows the policy, `infra` is the engine's own affair.
        policy: The task's retry policy. Its delay grows by `backoff_factor` (default 2) up to `backoff_max_duration`
            (default one hour), as on Kubeflow.
    """
    if failure.kind == "user":
        return None
    if failure.kind == "infra":
        return _LOSS_DELAY * 2 ** (execution.losses - 1) if execution.losses <= MAX_LOSSES else None
    if policy is None or execution.failures > policy.max_retry_count:
        return None
    first = parse_duration(policy.backoff_duration or "0s")
    longest = parse_duration(policy.backoff_max_duration or "3600s")
    factor = policy.backoff_factor or 2.0
    try:
        delay = first * factor ** (execution.failures - 1)
    except OverflowError:
        delay = longest
    return timedelta(seconds=min(delay, longest))
