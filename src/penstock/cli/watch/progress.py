"""What is known of a run while it goes on: fed with each stored transaction, read by whatever draws it."""

from collections.abc import Iterable

from penstock.core.ids import TaskPath
from penstock.engine.plan import Plan
from penstock.metadata.records import Attempt, Changes, Execution, ExecutionKind, Run
from penstock.platform.questions import Questions
from penstock.platform.report.tree import Place, RunTree


class Progress:
    """A run, its tree of places, and the newest attempt of each task.

    Args:
        run: As it is now.
        plan: Its pipeline.
        executions: Those that exist already; a run that is resumed has some.
        attempts: Those that exist already.
    """

    def __init__(
        self, run: Run, plan: Plan, executions: Iterable[Execution] = (), attempts: Iterable[Attempt] = ()
    ) -> None:
        self.run = run
        self.plan = plan
        self.tree = RunTree(executions, plan)
        self.attempts: dict[TaskPath, Attempt] = {}
        self._questions = Questions(plan)
        self._keep(attempts)

    def take(self, changes: Changes) -> list[Execution]:
        """Take in a transaction. Returns the executions whose state is another than before, in order."""
        if changes.run is not None:
            self.run = changes.run
        self._keep(changes.attempts)
        return self.tree.update(changes.executions)

    def attempts_allowed(self, place: Place) -> int:
        """How often a task may be tried by its policy, the first time included."""
        holder = place.parent
        if holder is None or holder.kind not in (ExecutionKind.DAG, ExecutionKind.LOOP):
            return 1
        task = self.plan.dag(holder.component).spec.tasks.get(place.task)
        policy = None if task is None else task.retry_policy
        return 1 if policy is None else 1 + policy.max_retry_count

    def question(self, execution: Execution) -> str:
        """The command that answers the approval which an execution waits for; empty if it waits for none."""
        return self._questions.command(execution)

    def _keep(self, attempts: Iterable[Attempt]) -> None:
        attempts = list(attempts)
        self._questions.take(attempts)
        for attempt in attempts:
            known = self.attempts.get(attempt.path)
            if known is None or attempt.number >= known.number:
                self.attempts[attempt.path] = attempt
