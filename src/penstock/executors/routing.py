"""Chooses where each task of a run goes: to a worker process, to a container, or as a plain command to this host."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from penstock.core.errors import PenstockError
from penstock.engine.executor import AttemptKey, Executor, Failed, Outcome, Report, WorkOrder
from penstock.executors.command_errors import CommandFailed, ContainerKilled, ContainerNotStarted
from penstock.executors.process.executor import ProcessExecutor
from penstock.executors.process.outcome import read_tail
from penstock.ir.runtime import TaskFailure
from penstock.ir.spec import ContainerSpec
from penstock.launcher.failures import failure_of

if TYPE_CHECKING:  # what a rerun from cache needs not
    from penstock.executors.process.forms.command import HostCommand

_SILENT = (CommandFailed.code, ContainerNotStarted.code, ContainerKilled.code)
"""How attempts fail that have said why in their log only."""
SHOWN_LINES = 20
"""Of what a command printed last, that its failure shows."""


class Routing:
    """An `Executor` for one run, made of others.

    | container | goes to |
    |---|---|
    | a Penstock component, a lightweight Kubeflow component | a worker process |
    | any other | a container engine; to this host as a plain command, if the run says so |
    """

    def __init__(
        self,
        process: ProcessExecutor,
        containers: Callable[[], Executor],
        host_command: "HostCommand | None" = None,
        *,
        kfp: str = "",
    ) -> None:
        """Prepare.

        Args:
            process: For what needs no container, and for plain commands.
            containers: Gives the executor for the rest. Called when it is first needed: it looks for an engine.
            host_command: Runs commands on this host. None where the run does not allow it.
            kfp: The version of Kubeflow's SDK for its lightweight components, if not the one that they ask for.
        """
        self._process = process
        self._containers = containers
        self._host_command = host_command
        self._kfp = kfp
        self._sent: dict[AttemptKey, Executor] = {}

    def start(self, order: WorkOrder, report: Report) -> None:
        """See `Executor.start`."""

        def done(key: AttemptKey, outcome: Outcome) -> None:
            self._sent.pop(key, None)
            report(key, _with_last_lines(outcome, order))

        if self._process.knows(order.container):
            self._process.start(order, report)
        elif self._host_command is not None:
            self._process.run(order, done, self._host_command)
        else:
            containers = self._containers()
            self._sent[order.key] = containers
            containers.start(order, done)

    def cancel(self, key: AttemptKey, *, force: bool = False) -> None:
        """See `Executor.cancel`."""
        self._sent.get(key, self._process).cancel(key, force=force)

    def warm(self, containers: Sequence[ContainerSpec]) -> None:
        """See `Executor.warm`."""
        known = [one for one in containers if self._process.knows(one)]
        others = [one for one in containers if not self._process.knows(one)]
        self._process.warm(known, kfp=self._kfp)
        if others and self._host_command is None:
            self._containers().warm(others)

    def refuse(self, container: ContainerSpec) -> TaskFailure | None:
        """See `Executor.refuse`."""
        if self._process.knows(container):
            return self._process.refuse(container)
        if self._host_command is None:
            return self._containers().refuse(container)
        try:
            self._host_command.needs(container)
        except PenstockError as error:
            return failure_of(error)
        return None

    def lock(self, container: ContainerSpec, *, refresh: bool = False) -> dict[str, str]:
        """See `Executor.lock`. A plain command takes what this host has."""
        if not self._process.knows(container):
            return {}
        return self._process.lock(container, refresh=refresh, kfp=self._kfp)

    def close(self) -> None:
        """Nothing: whoever made the executors closes them."""


def _with_last_lines(outcome: Outcome, order: WorkOrder) -> Outcome:
    """A failed command says why on its standard error, or nowhere: so its last lines are part of the failure."""
    if not isinstance(outcome, Failed) or outcome.failure.code not in _SILENT:
        return outcome
    from penstock.executors.process.commands import PROMPT

    text = read_tail(order.log).decode(errors="replace")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(PROMPT)][-SHOWN_LINES:]
    return msgspec.structs.replace(
        outcome, failure=msgspec.structs.replace(outcome.failure, traceback="\n".join(lines))
    )
