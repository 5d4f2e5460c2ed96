"""What passes between engine and launcher at run time: `ExecutorInput` and `ExecutorOutput`.

The JSON is that of Kubeflow's own launcher, so its components run here unchanged. Two fields are ours and
ignored elsewhere: `digest` and `size` of a stored artifact.
"""

from typing import Any

from msgspec import Struct, field

from penstock.core.json import Json
from penstock.ir.spec import ArtifactType


class _Wire(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    pass


class RuntimeArtifact(_Wire, frozen=True, kw_only=True):
    """An artifact as a task sees it: where its bytes are, and what is known of them."""

    name: str = ""
    uri: str = ""
    type: ArtifactType = ArtifactType()
    metadata: dict[str, Json] = field(default_factory=dict)
    custom_path: str | None = field(default=None, name="custom_path")
    digest: str = ""
    size: int = -1
    """Bytes; -1 where it is not known."""


class ArtifactList(_Wire, frozen=True, kw_only=True):
    artifacts: list[RuntimeArtifact] = field(default_factory=list)


class TaskInputValues(_Wire, frozen=True, kw_only=True):
    parameter_values: dict[str, Json] = field(default_factory=dict)
    artifacts: dict[str, ArtifactList] = field(default_factory=dict)


class OutputFile(_Wire, frozen=True, kw_only=True):
    output_file: str = ""


class TaskOutputPlaces(_Wire, frozen=True, kw_only=True):
    parameters: dict[str, OutputFile] = field(default_factory=dict)
    artifacts: dict[str, ArtifactList] = field(default_factory=dict)
    output_file: str = ""


class ExecutorInput(_Wire, frozen=True, kw_only=True):
    """What a task is given: its inputs' values, and where to put its outputs."""

    inputs: TaskInputValues = TaskInputValues()
    outputs: TaskOutputPlaces = TaskOutputPlaces()


class ExecutorOutput(_Wire, frozen=True, kw_only=True):
    """What a task gave back; written to `outputs.outputFile`."""

    parameter_values: dict[str, Json] = field(default_factory=dict)
    artifacts: dict[str, ArtifactList] = field(default_factory=dict)


class TaskFailure(_Wire, frozen=True, kw_only=True):
    """Why an attempt failed, fit to be stored and shown."""

    kind: str
    """`task` (the author's code), `user` (never retried), `infra` (the ground; retried by the engine)."""
    code: str
    message: str
    hint: str = ""
    traceback: str = ""
    """The author's traceback, without the launcher's frames."""
    details: dict[str, Any] = field(default_factory=dict)
