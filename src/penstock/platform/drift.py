"""What has changed in a project since a run began. The run does not see it: its code is in its own document.

The target that a person named then is compiled again, which costs nothing if no file changed, and compared with the
run's document: the files in the components' packages by their content, the installed packages by their versions.
"""

import base64
import binascii
import io
import zipfile
from pathlib import Path

from msgspec import Struct

from penstock.core.errors import PenstockError, UserError
from penstock.ir.document import digest
from penstock.ir.manifest import ComponentManifest, read_manifest, read_package
from penstock.ir.spec import ContainerSpec, PipelineDocument
from penstock.metadata.records import Run
from penstock.platform.system import System


class Drift(Struct, frozen=True, kw_only=True):
    """What is otherwise now."""

    files: list[str] = []
    """Of the project: changed, new or gone. Empty if only the way that the tasks are put together is another."""
    packages: list[str] = []
    """`polars 1.0 → 1.1`: tasks that still have to run take what is installed."""
    problem: PenstockError | None = None
    """Why the present state cannot be told: it does not compile."""


def drift_of(system: System, run: Run) -> Drift | None:
    """How the source of a run differs from what it was made from; None where it does not, or is not here."""
    cwd = Path(str(run.options.get("cwd") or Path.cwd()))
    if not _is_here(run.source, cwd):
        return None
    try:
        document, _ = system.compile(run.source, cwd)
    except UserError as problem:
        return Drift(problem=problem)
    if digest(document) == run.spec:
        return None
    then, now = system.document(run.spec), document
    files = _differing(_files(then), _files(now)) + sorted(_read_by(then) ^ _read_by(now))
    return Drift(files=files, packages=_upgrades(_environment(then), _environment(now)))


def _is_here(source: str, cwd: Path) -> bool:
    """Whether a run's source names a file or a module that can be looked at; a notebook's does not."""
    place, separator, _ = source.partition(":")
    if place.lower().endswith((".py", ".yaml", ".yml", ".json")):
        return (cwd / place).is_file()
    module = Path(*place.split(".")) if place else Path()
    return bool(separator) and ((cwd / module).with_suffix(".py").is_file() or (cwd / module).is_dir())


def _containers(document: PipelineDocument) -> list[ContainerSpec]:
    executors = document.pipeline.deployment_spec.executors.values()
    return [executor.container for executor in executors if executor.container is not None]


def _files(document: PipelineDocument) -> dict[str, int]:
    """Every file in the packages of the components, and a checksum of it."""
    found: dict[str, int] = {}
    for container in _containers(document):
        try:
            package = read_package(container)
            if package:
                with zipfile.ZipFile(io.BytesIO(base64.b64decode(package))) as archive:
                    found |= {entry.filename: entry.CRC for entry in archive.infolist()}
        except (binascii.Error, zipfile.BadZipFile):
            continue  # the document of another program
    return found


def _read_by(document: PipelineDocument) -> set[str]:
    """Files that components name in their code and that are there."""
    manifests = (_manifest(container) for container in _containers(document))
    return {name for one in manifests if one is not None for name in one.files}


def _environment(document: PipelineDocument) -> dict[str, str]:
    manifests = (_manifest(container) for container in _containers(document))
    return {name: version for one in manifests if one is not None for name, version in one.environment.items()}


def _manifest(container: ContainerSpec) -> ComponentManifest | None:
    try:
        return read_manifest(container)
    except ValueError:
        return None


def _differing(then: dict[str, int], now: dict[str, int]) -> list[str]:
    return sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))


def _upgrades(then: dict[str, str], now: dict[str, str]) -> list[str]:
    return [
        f"{name} {version} → {now[name]}" for name, version in sorted(then.items()) if now.get(name, version) != version
    ]
