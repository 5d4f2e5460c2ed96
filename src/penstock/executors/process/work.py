"""The job that is a task of a pipeline: run in a forked child, and imported by every zygote beforehand."""

from pathlib import Path

import msgspec
from msgspec import Struct

from penstock.artifacts.local import Durability
from penstock.artifacts.opening import open_artifact_store
from penstock.ir.manifest import ComponentManifest
from penstock.ir.runtime import ExecutorInput
from penstock.launcher.task import run_task


class ComponentWork(Struct, frozen=True, kw_only=True):
    """One attempt of a Penstock component."""

    module: str
    function: str
    code_folder: str
    executor_input: ExecutorInput
    artifacts: str
    """URL of the artifact store."""
    artifact_cache: str
    """Local folder for what is fetched from a remote store."""
    durability: Durability = "full"
    """Of a local store."""


def run(payload: bytes) -> bytes:
    """Do the work. The outputs are written where the executor input says; nothing is returned."""
    work = _decoder.decode(payload)
    store = open_artifact_store(work.artifacts, cache=Path(work.artifact_cache), durability=work.durability)
    manifest = ComponentManifest(module=work.module, function=work.function)
    run_task(manifest, Path(work.code_folder), work.executor_input, store)
    return b""


_decoder = msgspec.json.Decoder(ComponentWork)
