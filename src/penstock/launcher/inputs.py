"""From an executor input to the arguments of the author's function."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from penstock.artifacts.store import ArtifactStore
from penstock.core.errors import PenstockError
from penstock.core.json import Json
from penstock.data.given import GivenArtifact
from penstock.data.naming import type_name as annotation_name
from penstock.data.types import ArtifactUse, ParameterUse, classify, decode_parameter
from penstock.dsl.status import TaskFinalStatus
from penstock.ir.runtime import RuntimeArtifact, TaskInputValues
from penstock.launcher.errors import InputUnreadable, MissingArgument
from penstock.launcher.failures import text_of, type_name
from penstock.launcher.places import readable_path
from penstock.launcher.signature import arguments


def load_arguments(
    function: Callable[..., Any],
    annotations: dict[str, Any],
    given: TaskInputValues,
    store: ArtifactStore | None,
    component: str,
) -> dict[str, Any]:
    """The function's arguments by name; those that nothing was given for are left to their defaults.

    Raises:
        MissingArgument: There is no default either.
        WrongType: A parameter's value is not what the annotation says.
        InputUnreadable: An artifact's bytes are not.
    """
    loaded: dict[str, Any] = {}
    for name, has_default in arguments(function).items():
        annotation = annotations.get(name, Any)
        if annotation is TaskFinalStatus and name in given.parameter_values:
            loaded[name] = TaskFinalStatus.from_json(given.parameter_values[name])
        elif name in given.artifacts:
            loaded[name] = _load(given.artifacts[name].artifacts, annotation, store, name, component)
        elif name in given.parameter_values and not _is_left_out(given.parameter_values[name], annotation, has_default):
            where = f"argument {name!r} of component {component!r}"
            loaded[name] = decode_parameter(given.parameter_values[name], annotation, where=where)
        elif not has_default:
            if annotation is TaskFinalStatus or not _allows_none(annotation):
                raise MissingArgument(component=component, argument=name)
            loaded[name] = None
    return loaded


def given_to(inputs: TaskInputValues, store: ArtifactStore | None) -> list[GivenArtifact]:
    """Which artifacts the function got, for converters that store its results; those that are here, to read."""
    found = []
    for argument, listed in inputs.artifacts.items():
        for artifact in listed.artifacts:
            with suppress(PenstockError, OSError):
                path, kind = readable_path(artifact, store), str(artifact.metadata.get("kind", ""))
                found.append(GivenArtifact(argument=argument, path=path, kind=kind, digest=str(artifact.digest or "")))
    return found


def _is_left_out(value: Json, annotation: Any, has_default: bool) -> bool:
    """Whether a null means that nothing was given, as on Kubeflow, where the default then counts."""
    return value is None and has_default and not _allows_none(annotation)


def _allows_none(annotation: Any) -> bool:
    return classify(annotation).optional


def _load(
    artifacts: list[RuntimeArtifact], annotation: Any, store: ArtifactStore | None, name: str, component: str
) -> Any:
    use = classify(annotation)
    where = f"input {name!r} of component {component!r}"
    if isinstance(use, ParameterUse):
        raise InputUnreadable(where=where, reason=f"an artifact came, but `{annotation_name(annotation)}` is declared")
    if use.is_list:
        return [_load_one(artifact, use, store, where) for artifact in artifacts]
    if not artifacts:
        return None
    return _load_one(artifacts[0], use, store, where)


def _load_one(artifact: RuntimeArtifact, use: ArtifactUse, store: ArtifactStore | None, where: str) -> Any:
    from penstock.data.transfer import load_value

    path = readable_path(artifact, store)
    title = artifact.type.schema_title or "system.Artifact"
    try:
        return load_value(
            path, use, artifact.metadata, name=artifact.name, uri=artifact.uri, schema_title=title, where=where
        )
    except (PenstockError, MemoryError, RecursionError):
        raise
    except Exception as error:
        raise InputUnreadable(where=where, reason=f"{type_name(error)}: {text_of(error)}") from error
