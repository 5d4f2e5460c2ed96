"""What a task is told of its pod, where there is none: a name, labels and annotations, a machine."""

import os
import re

from penstock.engine.lacks import NotHonoured
from penstock.ir.platform import Asked
from penstock.metadata.records import Execution, Run

_METADATA = re.compile(r"metadata\.(labels|annotations)\['([^']*)'\]")
_FIELDS = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.podIP",
    "metadata.labels['KEY']",
    "metadata.annotations['KEY']",
)


def check_field(field_path: str, task: str = "") -> None:
    """Raises `NotHonoured` for a field of a pod that has no meaning where there is no pod."""
    if field_path not in _FIELDS[:-2] and not _METADATA.fullmatch(field_path):
        reason = f"{field_path!r} has no meaning where there is no pod"
        advice = f"it may be {', '.join(_FIELDS)}"
        raise NotHonoured(task=task, setting="fieldPathAsEnv", reason=reason, advice=advice)


def field_value(field_path: str, asked: Asked, run: Run, execution: Execution) -> str:
    """What a field of its pod is for a task that has no pod. Raises `NotHonoured`."""
    check_field(field_path, execution.task)
    metadata = _METADATA.fullmatch(field_path)
    if metadata is not None:
        mine = asked.labels if metadata[1] == "labels" else asked.annotations
        return mine.get(metadata[2], _kubeflows(run, execution).get(metadata[2], ""))
    name = re.sub(r"[^a-z0-9]+", "-", f"{run.run_id}-{execution.path}-{execution.attempt}".lower()).strip("-")
    match field_path:
        case "metadata.name":
            return name[-253:].strip("-")
        case "metadata.uid":
            import uuid

            return str(uuid.uuid5(uuid.NAMESPACE_URL, f"penstock:{name}"))
        case "spec.nodeName":
            return os.uname().nodename
        case "status.hostIP" | "status.podIP":
            return "127.0.0.1"
        case _:  # the namespace, the service account
            return "default"


def _kubeflows(run: Run, execution: Execution) -> dict[str, str]:
    """The labels and annotations that Kubeflow itself puts on a pod."""
    return {
        "pipeline/runid": run.run_id,
        "pipelines.kubeflow.org/run_name": run.display_name or run.run_id,
        "pipelines.kubeflow.org/task_name": execution.task,
    }
