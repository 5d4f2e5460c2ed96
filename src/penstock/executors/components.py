"""What a container says of the Penstock component inside it, read once for each container."""

from pathlib import Path

import msgspec
from msgspec import Struct

from penstock.engine.executor import WorkOrder
from penstock.ir.manifest import ComponentManifest, read_manifest, read_package
from penstock.ir.placeholders import resolve_text
from penstock.ir.spec import ContainerSpec
from penstock.launcher.code import CodeFolders
from penstock.launcher.errors import BadManifest

_REMEMBERED = 512


class Component(Struct, frozen=True, kw_only=True):
    """The two arguments that matter."""

    manifest: ComponentManifest
    package: str
    """Its code: a zip in base64."""


class Components:
    """Reads containers, and unpacks the code of their components below one folder."""

    def __init__(self, code_root: Path) -> None:
        self._folders = CodeFolders(code_root)
        self._read: dict[int, tuple[ContainerSpec, Component]] = {}

    def read(self, container: ContainerSpec) -> Component:
        """The component in `container`; its arguments, which may be long, are looked through once.

        Raises:
            BadManifest: There is none, or it cannot be read.
        """
        known = self._read.get(id(container))
        if known is not None and known[0] is container:
            return known[1]
        try:
            manifest = read_manifest(container)
        except msgspec.DecodeError as error:
            raise BadManifest(reason=str(error)) from error
        package = read_package(container)
        if manifest is None or package is None:
            raise BadManifest(reason="they hold no manifest or no code package")
        component = Component(manifest=manifest, package=package)
        if len(self._read) >= _REMEMBERED:
            self._read.clear()
        self._read[id(container)] = (container, component)
        return component

    def folder(self, component: Component) -> Path:
        """Where its code is unpacked. Raises `BadCodePackage`, `NoRoom`."""
        return self._folders.folder(component.package)


def variables(order: WorkOrder) -> dict[str, str]:
    """The environment variables that a container is given, placeholders resolved. Raises `UnresolvedPlaceholder`."""
    return {one.name: resolve_text(one.value, order.executor_input, order.values) for one in order.container.env}
