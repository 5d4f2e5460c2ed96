"""An executor for tests: it runs nothing, and each attempt ends as a function says."""

from collections.abc import Callable

from penstock.engine.executor import AttemptKey, Canceled, Failed, Outcome, Report, Succeeded, WorkOrder
from penstock.ir.runtime import ExecutorOutput, TaskFailure
from penstock.ir.spec import ContainerSpec
from penstock.metadata.records import Usage


class ScriptedExecutor:
    """Ends each attempt at once, or keeps it until it is cancelled.

    Args:
        script: For an order: the output of a success, a failure, or None to let it run on.
    """

    def __init__(self, script: Callable[[WorkOrder], ExecutorOutput | TaskFailure | None]) -> None:
        self.script = script
        self.orders: list[WorkOrder] = []
        self.environments: dict[str, dict[str, str]] = {}
        """What `lock` gives, by the container's image."""
        self._running: dict[AttemptKey, Report] = {}

    def start(self, order: WorkOrder, report: Report) -> None:
        self.orders.append(order)
        ending = self.script(order)
        if ending is None:
            self._running[order.key] = report
        else:
            report(order.key, _outcome(ending))

    def cancel(self, key: AttemptKey, *, force: bool = False) -> None:  # noqa: ARG002 - nothing here resists
        report = self._running.pop(key, None)
        if report is not None:
            report(key, Canceled(usage=Usage()))

    def warm(self, containers: list[ContainerSpec]) -> None:
        """There is nothing to warm."""

    def refuse(self, container: ContainerSpec) -> TaskFailure | None:  # noqa: ARG002 - anything goes
        return None

    def lock(self, container: ContainerSpec, *, refresh: bool = False) -> dict[str, str]:  # noqa: ARG002 - nothing is resolved
        """As `environments` says, by image."""
        return self.environments.get(container.image, {})

    def close(self) -> None:
        self._running.clear()


def _outcome(ending: ExecutorOutput | TaskFailure) -> Outcome:
    if isinstance(ending, TaskFailure):
        return Failed(failure=ending, usage=Usage())
    return Succeeded(output=ending, usage=Usage())
