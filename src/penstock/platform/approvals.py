"""Questions to people, and their answers: what waits, and what a run that waits for it thinks of that."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from penstock.core.clock import Clock
from penstock.core.errors import UserError
from penstock.metadata.errors import RunNotFound
from penstock.metadata.records import State
from penstock.metadata.registry import Approval
from penstock.metadata.registry_errors import ApprovalNotFound
from penstock.metadata.store import MetadataStore


@dataclass(kw_only=True, eq=False)
class ApprovalAmbiguous(UserError, LookupError):
    """More than one approval begins so."""

    code: ClassVar[str] = "PLA072"
    text: str
    candidates: list[str] = field(default_factory=list)

    def message(self) -> str:
        return f"{self.text!r} is the start of {len(self.candidates)} approvals: {', '.join(self.candidates[:6])}"

    def hint(self) -> str:
        return "type more of the id"


@dataclass(kw_only=True, eq=False)
class RunDoesNotWait(UserError, RuntimeError):
    """Nobody waits for the answer any more."""

    code: ClassVar[str] = "PLA073"
    approval: str
    run: str
    state: str
    """Of the run; empty if it was removed."""

    def message(self) -> str:
        what = f"is {self.state}" if self.state else "was removed"
        return f"nothing waits for approval {self.approval} any more: run {self.run} {what}"

    def hint(self) -> str:
        return f"`penstock runs retry {self.run}` asks again" if self.state else "run the pipeline again"


def find_approval(store: MetadataStore, text: str) -> Approval:
    """The approval of that id, or the only one whose id starts so.

    Raises:
        ApprovalNotFound: There is none.
        ApprovalAmbiguous: There are several.
    """
    found = [item for item in store.registry.approvals() if text and item.approval_id.startswith(text)]
    exact = [item for item in found if item.approval_id == text]
    if exact or len(found) == 1:
        return (exact or found)[0]
    if found:
        raise ApprovalAmbiguous(text=text, candidates=[item.approval_id for item in found])
    raise ApprovalNotFound(approval_id=text)


def waiting(store: MetadataStore) -> list[Approval]:
    """What a run waits for at this moment, oldest first: not what runs asked that are over."""
    return [item for item in store.registry.approvals(open_only=True) if _run_state(store, item) in _GOES_ON]


def answer(
    store: MetadataStore,
    clock: Clock,
    approval: Approval,
    decision: Literal["approved", "rejected"],
    *,
    by: str,
    note: str,
) -> Approval:
    """Answer a question that a run waits for.

    Raises:
        AlreadyDecided: Somebody was quicker.
        RunDoesNotWait: The run is over.
    """
    if not approval.decision:
        state = _run_state(store, approval)
        if state not in _GOES_ON:
            raise RunDoesNotWait(approval=approval.approval_id, run=approval.run_id, state=state or "")
    return store.registry.decide(approval.approval_id, decision, by=by, note=note, now=clock.now())


def standing_of(store: MetadataStore, approvals: Sequence[Approval]) -> dict[str, str]:
    """For each approval, a word: `waits`, `approved`, `rejected`, or `moot` where its run ended without an answer."""
    return {
        item.approval_id: item.decision or ("waits" if _run_state(store, item) in _GOES_ON else "moot")
        for item in approvals
    }


_GOES_ON = (State.PENDING, State.RUNNING)


def _run_state(store: MetadataStore, approval: Approval) -> State | None:
    try:
        return store.run(approval.run_id).state
    except RunNotFound:
        return None
