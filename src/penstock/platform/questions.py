"""What a run waits for from a person, told while it goes: the command that answers."""

from collections.abc import Iterable

from penstock.core.ids import TaskPath
from penstock.engine.plan import Plan
from penstock.metadata.records import Attempt, Execution, ExecutionKind, State


class Questions:
    """The approvals of one run. Fed with its attempts, since one that has ended has used its question up."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._over: dict[tuple[TaskPath, int], Attempt] = {}

    def take(self, attempts: Iterable[Attempt]) -> None:
        """Take in attempts as they are stored."""
        for attempt in attempts:
            if attempt.state in (State.SUCCEEDED, State.FAILED):
                self._over[attempt.path, attempt.number] = attempt

    def command(self, execution: Execution) -> str:
        """What answers the approval that an execution waits for; empty if it waits for none."""
        waits = execution.state is State.RUNNING and execution.kind is ExecutionKind.TASK
        if not waits or not self._plan.waits_for_person(execution.component):
            return ""
        from penstock.executors.approvals import approval_id

        earlier = [item for item in self._over.values() if item.path == execution.path]
        ident = approval_id(execution.run_id, execution.path, earlier, execution.attempt)
        return f"penstock approvals approve {ident}"
