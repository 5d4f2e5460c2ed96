"""Finding the task and the artifact that a person means."""

from collections.abc import Sequence

from penstock.cli.errors import ArtifactNotFound, TaskAmbiguous, TaskNotFound
from penstock.core.ids import ArtifactId
from penstock.metadata.records import Artifact, Execution, Run
from penstock.metadata.store import MetadataStore


def find_task(run: Run, executions: Sequence[Execution], text: str) -> Execution:
    """The execution of that path, or the only one of a task of that name.

    Raises:
        TaskNotFound: There is none; the hint names the closest.
        TaskAmbiguous: Several tasks have that name.
    """
    named = [execution for execution in executions if execution.parent is not None]
    for execution in named:
        if execution.path == text:
            return execution
    found = [execution for execution in named if execution.task == text and execution.iteration is None]
    if len(found) == 1:
        return found[0]
    if found:
        raise TaskAmbiguous(task=text, run=run.run_id, paths=[execution.path for execution in found])
    known = list(dict.fromkeys([*(item.task for item in named), *(item.path for item in named)]))
    raise TaskNotFound(task=text, run=run.run_id, known=known)


def find_artifact(store: MetadataStore, text: str) -> Artifact:
    """The artifact of that id, or the only one whose id starts so.

    Raises:
        ArtifactNotFound: There is none, or there are several.
    """
    exact = store.artifacts([ArtifactId(text)])
    if exact:
        return next(iter(exact.values()))
    found = store.find_artifacts(prefix=text, limit=5) if text else []
    if len(found) != 1:
        raise ArtifactNotFound(artifact=text, candidates=[artifact.artifact_id for artifact in found])
    return found[0]
