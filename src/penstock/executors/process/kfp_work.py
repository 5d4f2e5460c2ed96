"""The job that is a lightweight component of Kubeflow's SDK: run in a forked child of its environment's zygote."""

from pathlib import Path

import msgspec
from msgspec import Struct

from penstock.artifacts.local import Durability
from penstock.artifacts.opening import open_artifact_store
from penstock.ir.runtime import ExecutorInput
from penstock.ir.spec import ComponentOutputs
from penstock.launcher.foreign import run_foreign
from penstock.launcher.foreign.fetch import fetch_with
from penstock.launcher.foreign.kfp import KfpComponent, run_kfp


class KfpWork(Struct, frozen=True, kw_only=True):
    """One attempt."""

    function: str
    source: str
    arguments: tuple[str, ...]
    executor_input: ExecutorInput
    values: dict[str, str]
    outputs: ComponentOutputs
    component: str
    """For messages."""
    folder: str
    code_folder: str
    artifacts: str
    """URL of the artifact store."""
    artifact_cache: str
    """Local folder for what is fetched from a remote store."""
    durability: Durability = "full"
    """Of a local store."""
    fetcher: str
    """The interpreter of Penstock's own environment."""


def run(payload: bytes) -> bytes:
    """Do the work. The outputs are written where the executor input says; nothing is returned."""
    work = _decoder.decode(payload)
    store = open_artifact_store(work.artifacts, cache=Path(work.artifact_cache), durability=work.durability)
    folder = Path(work.folder)
    component = KfpComponent(
        function=work.function,
        source=work.source,
        arguments=work.arguments,
        code_folder=Path(work.code_folder),
        folder=folder,
    )
    fetch = fetch_with(work.fetcher)
    run_foreign(
        work.executor_input,
        work.outputs,
        store,
        folder,
        work.component,
        lambda seen: run_kfp(component, seen, work.values, fetch),
        fetch=None,
    )
    return b""


_decoder = msgspec.json.Decoder(KfpWork)
