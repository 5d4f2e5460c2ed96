"""Small pipelines whose second document asks for things."""

import json
from pathlib import Path
from typing import Any

from penstock.ir.document import read_document
from penstock.ir.platform import Store
from penstock.ir.spec import PipelineDocument

IMAGE = "python:3.12"


def pipeline(
    tasks: dict[str, dict[str, Any]],
    asked: dict[str, dict[str, Any]],
    *,
    components: dict[str, Any] | None = None,
    inputs: dict[str, Any] | None = None,
    pipeline_config: dict[str, Any] | None = None,
    outputs: dict[str, dict[str, Any]] | None = None,
    **platforms: Any,
) -> PipelineDocument:
    """A pipeline of `tasks`, each of a component of its own name unless it says otherwise.

    Args:
        tasks: Specifications by name; the reference to the component is filled in.
        asked: What each component asks of Kubernetes.
        components: Further components, such as DAGs.
        inputs: The pipeline's input parameters.
        pipeline_config: What the pipeline asks of Kubernetes.
        outputs: By component its output parameters.
        **platforms: Other platforms.
    """
    names = {*asked, *(name for name, task in tasks.items() if "componentRef" not in task)}
    made = {
        f"comp-{name}": {
            "executorLabel": f"exec-{name}",
            "outputDefinitions": {"parameters": (outputs or {}).get(name, {})},
        }
        for name in sorted(names)
    }
    executors = {f"exec-{name}": {"container": {"image": IMAGE, "command": ["true"]}} for name in sorted(names)}
    spec = {
        "pipelineInfo": {"name": "test"},
        "schemaVersion": "2.1.0",
        "root": {
            "dag": {"tasks": {name: {"componentRef": {"name": f"comp-{name}"}} | task for name, task in tasks.items()}},
            "inputDefinitions": {"parameters": inputs or {}},
        },
        "components": made | (components or {}),
        "deploymentSpec": {"executors": executors},
    }
    kubernetes = {
        "deploymentSpec": {"executors": {f"exec-{name}": config for name, config in asked.items()}},
        "pipelineConfig": pipeline_config or {},
    }
    text = {"pipeline_spec": spec, "platform_spec": {"platforms": {"kubernetes": kubernetes, **platforms}}}
    return read_document(json.dumps(text))


class FilledVault:
    """A vault in memory."""

    def __init__(self, folder: Path | None = None, **stores: dict[str, dict[str, bytes]]) -> None:
        self.stores = {"secret": stores.get("secrets", {}), "config map": stores.get("config_maps", {})}
        self.folder = folder
        self.volumes: set[str] = set()

    def read(self, store: Store, name: str) -> dict[str, bytes] | None:
        return self.stores[store].get(name)

    def volume(self, name: str) -> Path | None:
        return self.folder / name if self.folder is not None and name in self.volumes else None
