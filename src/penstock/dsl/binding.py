"""Arguments of a task: sorted by name, and held against the signature."""

from collections.abc import Mapping, Sequence
from typing import Any

from penstock.dsl.diagnostics import Code, did_you_mean
from penstock.dsl.graph import Value
from penstock.dsl.signature import Parameter, Signature
from penstock.dsl.status import TaskFinalStatus
from penstock.dsl.trace import Trace


def bind_arguments(
    trace: Trace, shown: str, signature: Signature, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> dict[str, Value]:
    """The arguments by name, in the order of the signature; every mistake is recorded.

    Arguments that were left out are not in the result: their defaults are part of the component.
    """
    known = signature.parameters
    names = list(known)
    given: dict[str, Any] = dict(zip(names, args, strict=False))
    mistaken: set[str] = set()
    if len(args) > len(names):
        message = f"{shown} takes {_count(len(names))}, and {len(args)} were passed"
        trace.report(Code.TOO_MANY_ARGUMENTS, message, _signature_hint(names))
    for name, value in kwargs.items():
        if name not in known:
            hint = did_you_mean(name, known, _signature_hint(names))
            mistaken.update(one for one in names if f"`{one}`" in hint)
            trace.report(Code.UNKNOWN_ARGUMENT, f"{shown} takes no `{name}`", hint)
        elif name in given:
            message = f"`{name}` is passed to {shown} twice, by place and by name"
            trace.report(Code.TOO_MANY_ARGUMENTS, message, "remove one of them")
        else:
            given[name] = value
    missing = [
        one.name for one in known.values() if one.name not in given and _is_needed(one) and one.name not in mistaken
    ]
    if missing:
        listed = " and ".join(f"`{name}`" for name in missing)
        hint = f"pass `{missing[0]}=...`, or give it a default"
        trace.report(Code.MISSING_ARGUMENT, f"{shown} needs {listed}", hint)
    return {name: trace.value(given[name]) for name in names if name in given}


def _is_needed(parameter: Parameter) -> bool:
    return parameter.required and parameter.annotation is not TaskFinalStatus


def _count(number: int) -> str:
    return "no arguments" if number == 0 else "one argument" if number == 1 else f"{number} arguments"


def _signature_hint(names: Sequence[str]) -> str:
    return f"it takes {', '.join(f'`{name}`' for name in names)}" if names else "call it without arguments"
