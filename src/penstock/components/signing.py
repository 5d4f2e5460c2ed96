"""A person's approval of what a gate let pass, as part of its verdict."""

from typing import Any

from msgspec.structs import replace

from penstock.components.verdict import Check, Verdict
from penstock.core.json import Json
from penstock.dsl import approval, component, one_of, otherwise, when
from penstock.dsl.trace import need_trace


def signed_verdict(judged: Any, name: str, role: str) -> Verdict:
    """The verdict of a gate's task once a person has approved it; what was refused need not be asked about."""
    need_trace("gate(approval=...)")
    with when(judged.passed):
        answer = approval(f"{name}: may this model go on?", role=role, details=judged.evidence)
        approved = sign(judged.verdict, answer, role)
    with otherwise():
        refused = leave(judged.verdict)
    return one_of(approved, refused)


@component(name="sign-verdict")
def sign(verdict: Verdict, answer: dict[str, Json], role: str) -> Verdict:
    """Write into a verdict who has approved it."""
    note = str(answer.get("note") or "")
    reason = f"approved by {answer.get('by') or 'somebody'}, as {role}" + (f": {note}" if note else "")
    return replace(verdict, checks=[*verdict.checks, Check(name="approval", passed=True, reason=reason)])


@component(name="leave-verdict")
def leave(verdict: Verdict) -> Verdict:
    """A refused verdict, as it is."""
    return verdict
