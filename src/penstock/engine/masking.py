"""Keeps secrets out of what is stored of a failed attempt: a traceback may show the value that it failed on."""

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from penstock.core.masking import mask_text
from penstock.engine.executor import Failed, Outcome
from penstock.ir.runtime import TaskFailure
from penstock.metadata.tracking import Logged


def masked(outcome: Outcome, secrets: Sequence[str]) -> Outcome:
    """The outcome as it may be stored."""
    if not isinstance(outcome, Failed):
        return outcome
    return structs.replace(outcome, failure=masked_failure(outcome.failure, secrets))


def masked_logged(logged: Logged, secrets: Sequence[str] | None) -> Logged:
    """What was logged, without the secrets in its texts; without its texts, if it is not known what is secret."""
    if secrets is None:
        return structs.replace(logged, params={}, tags={})
    params = {name: mask_text(value, secrets) for name, value in logged.params.items()}
    tags = {name: mask_text(value, secrets) for name, value in logged.tags.items()}
    return structs.replace(logged, params=params, tags=tags)


def masked_failure(failure: TaskFailure, secrets: Sequence[str]) -> TaskFailure:
    """The failure without the secrets."""
    return structs.replace(
        failure,
        message=mask_text(failure.message, secrets),
        hint=mask_text(failure.hint, secrets),
        traceback=mask_text(failure.traceback, secrets),
        details=_masked(failure.details, secrets),
    )


def _masked(value: Any, secrets: Sequence[str]) -> Any:
    match value:
        case str():
            return mask_text(value, secrets)
        case list():
            return [_masked(item, secrets) for item in value]
        case dict():
            return {key: _masked(item, secrets) for key, item in value.items()}
        case _:
            return value
