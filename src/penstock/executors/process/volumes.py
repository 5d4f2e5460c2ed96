"""The job that makes or deletes a volume: a folder below the home, which tasks are shown at a path of their own."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import msgspec
from msgspec import Struct

from penstock.core.errors import UserError
from penstock.core.json import Json
from penstock.ir.platform import claim_problem, is_resource_name
from penstock.ir.runtime import ExecutorOutput


@dataclass(kw_only=True, eq=False)
class VolumeRefused(UserError, ValueError):
    """A volume cannot be made as the pipeline asks, or has no name that a volume can have."""

    code: ClassVar[str] = "EXE041"
    reason: str

    def message(self) -> str:
        return f"no such volume can be had here: {self.reason}"

    def hint(self) -> str:
        return "`penstock volumes create NAME --at FOLDER` makes a folder of yours a volume, without a task that does"


class VolumeWork(Struct, frozen=True, kw_only=True):
    """One attempt of `CreatePVC` or `DeletePVC`."""

    create: bool
    root: str
    """The folder of all volumes."""
    task: str
    """Which task of which run: two attempts of it make the same volume."""
    inputs: dict[str, Json]
    output: str
    """File for the outputs."""


def run(payload: bytes) -> bytes:
    """Make the folder, or delete it with all that is in it; of a folder of the user's only the link."""
    work = _decoder.decode(payload)
    output = ExecutorOutput(parameter_values={"name": _create(work)} if work.create else {})
    if not work.create:
        _delete(Path(work.root) / _checked(work.inputs.get("pvc_name")))
    Path(work.output).write_bytes(msgspec.json.encode(output))
    return b""


def _create(work: VolumeWork) -> str:
    problem = claim_problem(work.inputs)
    if problem:
        raise VolumeRefused(reason=problem)
    given, suffix = work.inputs.get("pvc_name"), work.inputs.get("pvc_name_suffix")
    own = hashlib.sha256(work.task.encode(errors="surrogatepass")).hexdigest()[:12]
    name = _checked(given or f"{own}{suffix or ''}")
    place = Path(work.root) / name
    if not place.is_dir():
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return name


def _delete(place: Path) -> None:
    if place.is_symlink():
        place.unlink()
    elif place.is_dir():
        shutil.rmtree(place)


def _checked(name: Json) -> str:
    if isinstance(name, str) and is_resource_name(name):
        return name
    raise VolumeRefused(reason=f"{str(name)[:80]!r} is no name for one")


_decoder = msgspec.json.Decoder(VolumeWork)
