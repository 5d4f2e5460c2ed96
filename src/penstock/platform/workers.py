"""The executors of this process: each is made when it is first needed, and ended with the system."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from penstock.core.clock import Clock
from penstock.core.settings import Settings
from penstock.engine.executor import Executor, WorkOrder
from penstock.ir.spec import ContainerSpec
from penstock.metadata.store import MetadataStore
from penstock.platform.home import artifacts_place
from penstock.platform.options import RunOptions

if TYPE_CHECKING:
    from penstock.executors.approvals import ApprovalDesk
    from penstock.executors.container.executor import ContainerExecutor
    from penstock.executors.process.executor import ProcessExecutor
    from penstock.executors.routing import Routing


class Workers:
    """What runs tasks in this process's name. A run that is served from cache makes none of it."""

    def __init__(
        self,
        settings: Settings,
        nearby: Callable[[WorkOrder], Mapping[str, str]],
        store: MetadataStore,
        clock: Clock,
    ) -> None:
        """Prepare.

        Args:
            settings: Where things are.
            nearby: Variables for tasks that run on this machine.
            store: Where questions to people are kept.
            clock: For how long they have.
        """
        self._settings = settings
        self._store = store
        self._clock = clock
        self._nearby = nearby
        self._home = settings.home
        self._artifacts = artifacts_place(settings)

    def close(self) -> None:
        """End what was made."""
        for name in ("desk", "processes", "containers"):
            executor = self.__dict__.pop(name, None)
            if executor is not None:
                executor.close()

    @cached_property
    def processes(self) -> "ProcessExecutor":
        """The default."""
        from penstock.executors.process.executor import ProcessExecutor

        return ProcessExecutor(
            self._home,
            self._artifacts,
            durability=self._settings.durability,
            faults=self._settings.faults,
            nearby=self._nearby,
        )

    @cached_property
    def containers(self) -> "ContainerExecutor":
        """For what needs a container engine; its containers are looked after by the process executor."""
        from penstock.executors.container.executor import ContainerExecutor

        return ContainerExecutor(
            self.processes,
            self._home,
            self._artifacts,
            engine=self._settings.container_engine,
            durability=self._settings.durability,
        )

    def executor(self, options: RunOptions) -> Executor:
        """What runs the tasks of a run with these options."""
        if options.executor == "inline":
            from penstock.executors.inline import InlineExecutor

            inline = InlineExecutor(self._home, self._artifacts, pdb=options.pdb, nearby=self._nearby)
            return self._with_approvals(inline)
        return _Lazy(lambda: self._with_approvals(self._routing(options)))

    def _with_approvals(self, executor: Executor) -> Executor:
        from penstock.executors.approvals import WithApprovals

        return WithApprovals(executor, self.desk)

    @cached_property
    def desk(self) -> "ApprovalDesk":
        """Where tasks wait for people."""
        from penstock.executors.approvals import ApprovalDesk

        return ApprovalDesk(self._store, self._clock)

    def knows(self, container: ContainerSpec) -> bool:
        """Whether a container's tasks run on this host as they are, without its image."""
        return self.processes.knows(container)

    def _routing(self, options: RunOptions) -> "Routing":
        from penstock.executors.routing import Routing

        host = None
        if options.host_commands:
            from penstock.executors.process.forms.command import HostCommand

            host = HostCommand(self._artifacts, self._home / "cache", self._settings.durability)
        return Routing(self.processes, lambda: self.containers, host, kfp=options.kfp)


class _Lazy:
    """An executor that is made at its first real use: a run served from cache starts no worker."""

    def __init__(self, make: Callable[[], Executor]) -> None:
        self._make = make

    @cached_property
    def _executor(self) -> Executor:
        return self._make()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._executor, name)
