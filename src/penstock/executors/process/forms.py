"""Which containers this executor can run: one small class for each form that a task can have."""

import threading
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from penstock.engine.executor import WorkOrder
from penstock.executors.process.work import ComponentWork, run
from penstock.ir.manifest import ComponentManifest, read_manifest, read_package
from penstock.ir.spec import ContainerSpec
from penstock.launcher.code import CodeFolders
from penstock.launcher.errors import BadManifest

_REMEMBERED = 512
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

    def __init__(self, code_root: Path, artifacts: str, cache: Path) -> None:
        self._folders = CodeFolders(code_root)
        self._artifacts = artifacts
        self._cache = str(cache)
        self._lock = threading.Lock()
        self._read: dict[int, tuple[ContainerSpec, _Component]] = {}

    def matches(self, container: ContainerSpec) -> bool:
        return read_package(container) is not None

    def needs(self, container: ContainerSpec) -> Needs:
        manifest = self._component(container).manifest
        return Needs(requirements=tuple(manifest.requirements), imports=tuple(manifest.imports))

    def call(self, order: WorkOrder) -> Call:
        component = self._component(order.container)
        folder = str(self._folders.folder(component.package))
        work = ComponentWork(
            module=component.manifest.module,
            function=component.manifest.function,
            code_folder=folder,
            executor_input=order.executor_input,
            artifacts=self._artifacts,
            artifact_cache=self._cache,
        )
        return Call(function=_RUN, payload=msgspec.json.encode(work), code_folder=folder)

    def _component(self, container: ContainerSpec) -> "_Component":
        """The container's arguments, read once for each container however many attempts it has."""
        known = self._read.get(id(container))
        if known is not None and known[0] is container:
            return known[1]
        try:
            manifest = read_manifest(container)
        except msgspec.DecodeError as error:
            raise BadManifest(reason=str(error)) from error
        package = read_package(container)
        if manifest is None or package is None:
            raise BadManifest(reason="the container's arguments hold no manifest or no code package")
        component = _Component(manifest=manifest, package=package)
        with self._lock:
            if len(self._read) >= _REMEMBERED:
                self._read.clear()
            self._read[id(container)] = (container, component)
        return component


class _Component(Struct, frozen=True, kw_only=True):
    manifest: ComponentManifest
    package: str
