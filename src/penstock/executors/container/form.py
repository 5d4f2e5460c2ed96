"""How an attempt in a container becomes a job of a worker."""

from pathlib import Path

import msgspec

from penstock.artifacts.local import Durability
from penstock.engine.executor import WorkOrder
from penstock.executors.container import work
from penstock.executors.container.engine import ContainerEngine
from penstock.executors.container.work import ContainerWork, GrantedFolder
from penstock.executors.process.forms.command import command_work
from penstock.executors.process.forms.form import Call, Needs
from penstock.ir.spec import ContainerSpec

_RUN = f"{work.__name__}:{work.run.__name__}"


class InContainer:
    """Any container at all. One object for each attempt, since it holds the name of its container."""

    def __init__(
        self,
        engine: ContainerEngine,
        name: str,
        labels: dict[str, str],
        order: WorkOrder,
        *,
        artifacts: str,
        cache: Path,
        durability: Durability = "full",
    ) -> None:
        """Prepare.

        Args:
            engine: What runs it.
            name: Of the container.
            labels: By which it is found again.
            order: The attempt. What its worker is told of it may be less.
            artifacts: URL of the artifact store.
            cache: Local folder for what is fetched from a remote store.
            durability: Of a local store.
        """
        self._engine = engine
        self._name = name
        self._labels = labels
        self._order = order
        self._artifacts = artifacts
        self._cache = str(cache)
        self._durability: Durability = durability

    def matches(self, container: ContainerSpec) -> bool:  # noqa: ARG002 - any
        return True

    def needs(self, container: ContainerSpec) -> Needs:  # noqa: ARG002 - the image has what the command needs
        return Needs(imports=(work.__name__,))

    def call(self, order: WorkOrder) -> Call:  # noqa: ARG002 - its own
        limits, grants = self._order.limits, self._order.grants
        command = command_work(self._order, self._artifacts, self._cache, self._durability)
        job = ContainerWork(
            **msgspec.structs.asdict(command),
            engine=self._engine,
            name=self._name,
            labels=self._labels,
            cpu=limits.cpu,
            memory=limits.memory,
            gpu=limits.gpu,
            surroundings=self._order.surroundings,
            variables=grants.environ,
            mounts=[GrantedFolder(path=one.path, source=one.source, files=one.files) for one in grants.mounts],
        )
        return Call(function=_RUN, payload=msgspec.json.encode(job))
