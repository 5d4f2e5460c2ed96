"""Which containers this executor can run: one small class for each form that a task can have."""

from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from penstock.artifacts.local import Durability
from penstock.engine.executor import WorkOrder
from penstock.executors.components import Components
from penstock.executors.process.work import ComponentWork, run
from penstock.ir.manifest import LAUNCHER_MODULE
from penstock.ir.spec import ContainerSpec

_RUN = f"{run.__module__}:{run.__name__}"


class Needs(Struct, frozen=True, kw_only=True):
    """What a worker must have before it can run a task."""

    requirements: tuple[str, ...] = ()
    """Packages of an environment of its own; empty for the environment that Penstock runs in."""
    imports: tuple[str, ...] = ()
    """Modules worth having imported."""


class Call(Struct, frozen=True, kw_only=True):
    """The job that runs a task: a function of a worker, and what it is given."""

    function: str
    payload: bytes
    code_folder: str = ""


class TaskForm(Protocol):
    """One form of container that can be run without a container engine. Raises `PenstockError`s."""

    def matches(self, container: ContainerSpec) -> bool:
        """Whether `container` has this form. Cheap: asked for every task."""
        ...

    def needs(self, container: ContainerSpec) -> Needs:
        """What its worker must have."""
        ...

    def call(self, order: WorkOrder) -> Call:
        """The job for one attempt."""
        ...


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
        return Needs(requirements=tuple(sorted(manifest.requirements)), imports=tuple(manifest.imports))

    def call(self, order: WorkOrder) -> Call:
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
