"""Placeholders: finds `{{$.inputs.parameters['x']}}` and its kin in a text, and says what each stands for.

What a placeholder was replaced by is never looked at again, so a value that itself contains `{{$…}}` stays as it is.
Text that only looks like a placeholder stays as well: shell scripts and templates may hold it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

import msgspec

from penstock.core.json import Json
from penstock.ir.errors import UnresolvedPlaceholder
from penstock.ir.runtime import ArtifactList, ExecutorInput, RuntimeArtifact
from penstock.ir.values import json_text, value_text, whole_numbers

RUN_VALUES = (
    "pipeline_job_name",
    "pipeline_job_resource_name",
    "pipeline_job_uuid",
    "pipeline_task_name",
    "pipeline_task_uuid",
    "pipeline_root",
    "pipeline_job_create_time_utc",
    "pipeline_job_schedule_time_utc",
    "workspace_path",
)
"""What a run says of itself: the names in the `values` that the functions here take."""

_QUOTED = r"""(?:'[^']*'|"[^"]*")"""
_PLACEHOLDER = re.compile(
    r"\{\{\$(?:\.(?:"
    rf"(?P<side>inputs|outputs)\.(?P<kind>parameters|artifacts)\[(?P<name>{_QUOTED})\]"
    rf"(?:\.(?!json_escape\[)(?P<attribute>\w+)(?:\[(?P<key>{_QUOTED})\])?)?"
    r"|(?!json_escape\[)(?P<value>\w+(?:\.output_file)?)"
    r"))?(?:\.json_escape\[(?P<escape>\d)\])?\}\}"
)
_OUTPUT_FILE = ("outputs.output_file", "outputMetadataUri")


class Placeholder(NamedTuple):
    """One placeholder in a text. `{{$}}` alone has nothing but its text."""

    text: str
    side: str = ""
    """`inputs` or `outputs`; empty for what belongs to the run."""
    kind: str = ""
    """`parameters` or `artifacts`."""
    name: str = ""
    """Of the input or output, or of the run's value."""
    attribute: str = ""
    """`uri`, `path`, `metadata`, `output_file`, …"""
    key: str = ""
    """In `metadata`."""
    escape: int = 0
    """How often its text is escaped, to stand in a JSON text: that of `json_escape[1]` once."""

    @property
    def whole(self) -> bool:
        """Whether it stands for the whole executor input."""
        return not self.name


Lookup = Callable[[Placeholder], Json]
"""What a placeholder stands for. Raises `UnresolvedPlaceholder`; returns `KEEP` to leave it as it is."""

KEEP: Json = object()  # type: ignore[assignment]


def placeholders_in(text: str) -> Iterator[Placeholder]:
    """Every placeholder in a text, in order."""
    return (_read(match) for match in _PLACEHOLDER.finditer(text))


def substitute(text: str, lookup: Lookup) -> str:
    """The text with its placeholders replaced, all in one pass.

    A text of several lines is a program or a template: there, a placeholder that names nothing known is
    left as it is, as Kubeflow does, because it may be somebody else's.
    """
    if "{{$" not in text:
        return text

    def replace(match: re.Match[str]) -> str:
        placeholder = _read(match)
        try:
            value = lookup(placeholder)
        except UnresolvedPlaceholder:
            if "\n" in text:
                return match[0]
            raise
        return match[0] if value is KEEP else _escaped(value_text(value), placeholder.escape)

    return _PLACEHOLDER.sub(replace, text)


def lookup_in(executor_input: ExecutorInput, values: Mapping[str, str]) -> Lookup:
    """Placeholders against a task's executor input and what its run says of itself."""

    def lookup(placeholder: Placeholder) -> Json:
        if placeholder.whole:
            return executor_input_json(executor_input)
        if not placeholder.side:
            if placeholder.name in _OUTPUT_FILE:
                return executor_input.outputs.output_file
            return _run_value(placeholder, values)
        if placeholder.kind == "artifacts":
            side = executor_input.inputs if placeholder.side == "inputs" else executor_input.outputs
            return _artifact_value(placeholder, side.artifacts, values)
        if placeholder.side == "inputs":
            return _parameter_value(placeholder, executor_input.inputs.parameter_values)
        if placeholder.name not in executor_input.outputs.parameters:
            raise UnresolvedPlaceholder(placeholder=placeholder.text, reason="there is no such output parameter")
        return executor_input.outputs.parameters[placeholder.name].output_file

    return lookup


def resolve_text(text: str, executor_input: ExecutorInput, values: Mapping[str, str]) -> str:
    """A text (a variable of the environment, an image, a quantity) with its placeholders replaced.

    Raises:
        UnresolvedPlaceholder: It names something that the task was not given.
    """
    return substitute(text, lookup_in(executor_input, values))


def resolve_constant(
    value: Json, parameters: Mapping[str, Json], values: Mapping[str, str], known: Collection[str] | None = None
) -> Json:
    """A constant of a task with the placeholders in it replaced, in lists and objects too, and in the keys of these.

    A text that is nothing but one placeholder becomes the value itself, with its type.

    Args:
        value: The constant.
        parameters: The task's input parameters that are known already.
        values: What the run says of itself; see `RUN_VALUES`.
        known: All names of parameters that a placeholder may mean. One with another name is text of the author's own,
            and stays. By default any name is meant.

    Raises:
        UnresolvedPlaceholder: It names something that the task was not given.
    """

    def lookup(placeholder: Placeholder) -> Json:
        if placeholder.side == "inputs" and placeholder.kind == "parameters":
            if known is not None and placeholder.name not in known:
                return KEEP
            return _parameter_value(placeholder, parameters)
        if placeholder.whole or placeholder.side or placeholder.name in _OUTPUT_FILE:
            return KEEP  # a constant exists before the task that it is for has inputs and outputs
        return _run_value(placeholder, values)

    def resolve_key(key: str) -> str:
        return substitute(key, lookup) if "{{$" in key else key

    def resolve(value: Json) -> Json:
        match value:
            case str() if "{{$" in value:
                whole = _PLACEHOLDER.fullmatch(value)
                whole = None if whole and whole["escape"] else whole
                resolved = lookup(_read(whole)) if whole else KEEP
                return substitute(value, lookup) if resolved is KEEP else resolved
            case list():
                return [resolve(item) for item in value]
            case dict():
                return {resolve_key(key): resolve(item) for key, item in value.items()}
            case _:
                return value

    return resolve(value)


def executor_input_json(executor_input: ExecutorInput) -> str:
    """What `{{$}}` stands for: the executor input as Kubeflow's launcher prints it, whole floats as integers."""
    return msgspec.json.encode(whole_numbers(msgspec.to_builtins(executor_input))).decode()


IN_WORKSPACE = "_kfp_workspace"
"""In an artifact's metadata, when it is true: an importer has put its bytes into the run's workspace."""


def artifact_path(artifact: RuntimeArtifact, workspace: str = "/kfp-workspace") -> str:
    """Where a task finds an artifact's bytes: Kubeflow's rule for remote URIs, the path itself for local ones."""
    if artifact.custom_path is not None:
        return artifact.custom_path
    scheme, separator, rest = artifact.uri.partition("://")
    if not separator:
        path = artifact.uri
    elif scheme == "file":
        path = rest
    elif scheme == "oci":
        return f"/oci/{rest.replace('/', '_')}/models"
    else:
        path = f"/{'gcs' if scheme == 'gs' else scheme}/{rest}"
    in_workspace = artifact.metadata.get(IN_WORKSPACE) is True
    return f"{workspace}/.artifacts/{path.lstrip('/')}" if in_workspace else path


# --- what the parts stand for -----------------------------------------------------------------------------


def _read(match: re.Match[str]) -> Placeholder:
    side, kind, name, attribute, key, value = match.group("side", "kind", "name", "attribute", "key", "value")
    escape = int(match["escape"] or 0)
    return Placeholder(
        text=match[0],
        side=side or "",
        kind=kind or "",
        name=value or (name or "")[1:-1],
        attribute=attribute or "",
        key=(key or "")[1:-1],
        escape=escape,
    )


def _escaped(text: str, times: int) -> str:
    for _ in range(times):
        text = msgspec.json.encode(text).decode()[1:-1]
    return text


def _run_value(placeholder: Placeholder, values: Mapping[str, str]) -> Json:
    if placeholder.name in values:
        return values[placeholder.name]
    if placeholder.name in RUN_VALUES:
        raise UnresolvedPlaceholder(placeholder=placeholder.text, reason="this run has no such value")
    return KEEP


def _parameter_value(placeholder: Placeholder, parameters: Mapping[str, Json]) -> Json:
    value = parameters.get(placeholder.name)
    if value is None:
        raise UnresolvedPlaceholder(placeholder=placeholder.text, reason="the task was given no such parameter")
    return value


def _artifact_value(placeholder: Placeholder, lists: Mapping[str, ArtifactList], values: Mapping[str, str]) -> Json:
    if placeholder.name not in lists:
        raise UnresolvedPlaceholder(placeholder=placeholder.text, reason="there is no such artifact")
    artifacts = lists[placeholder.name].artifacts
    if not placeholder.attribute:
        return json_text(msgspec.to_builtins(artifacts))
    if not artifacts:
        raise UnresolvedPlaceholder(placeholder=placeholder.text, reason="the list of artifacts is empty")
    match placeholder.attribute, placeholder.key:
        case "uri", "":
            return artifacts[0].uri
        case "path", "":
            return artifact_path(artifacts[0], values.get("workspace_path", "/kfp-workspace"))
        case "metadata", "":
            return json_text(artifacts[0].metadata)
        case "metadata", key if key in artifacts[0].metadata:
            return artifacts[0].metadata[key]
        case "metadata", key:
            raise UnresolvedPlaceholder(placeholder=placeholder.text, reason=f"its metadata has no {key!r}")
        case _:
            return KEEP
