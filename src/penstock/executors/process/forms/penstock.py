"""Components written for Penstock."""

from pathlib import Path

import msgspec

from penstock.artifacts.local import Durability
from penstock.artifacts.opening import drivers_of
from penstock.engine.executor import WorkOrder
from penstock.environments import Packages
from penstock.executors.components import Components
from penstock.executors.process.forms.form import Call, Needs
from penstock.ir.manifest import LAUNCHER_MODULE
from penstock.ir.spec import ContainerSpec

_RUN = "penstock.executors.process.work:run"


class PenstockComponent:
    """A component written for Penstock: its manifest and its code are in the container's arguments."""

    def __init__(self, code_root: Path, artifacts: str, cache: Path, durability: Durability = "full") -> None:
        self._components = Components(code_root)
        self._artifacts = artifacts
        self._cache = str(cache)
        self._durability: Durability = durability

    def matches(self, container: ContainerSpec) -> bool:
        return LAUNCHER_MODULE in container.command

    def needs(self, container: ContainerSpec) -> Needs:
        manifest = self._components.read(container).manifest
        packages = Packages(requirements=tuple(sorted(manifest.requirements)))
        return Needs(packages=packages, imports=(*manifest.imports, *drivers_of(self._artifacts)))

    def call(self, order: WorkOrder) -> Call:
        from penstock.executors.process.work import ComponentWork  # what a rerun from cache needs not

        component = self._components.read(order.container)
        folder = str(self._components.folder(component))
        work = ComponentWork(
            module=component.manifest.module,
            function=component.manifest.function,
            code_folder=folder,
            executor_input=order.executor_input,
            artifacts=self._artifacts,
            artifact_cache=self._cache,
            durability=self._durability,
        )
        return Call(function=_RUN, payload=msgspec.json.encode(work), code_folder=folder)
