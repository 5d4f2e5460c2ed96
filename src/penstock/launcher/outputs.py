"""From what the author's function returned to an executor output, its artifacts stored."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from penstock.artifacts.store import ArtifactStore
from penstock.core.errors import PenstockError
from penstock.core.json import Json
from penstock.data.errors import WrongType
from penstock.data.naming import type_name as annotation_name
from penstock.data.types import ArtifactUse, ParameterUse, classify, encode_parameter
from penstock.ir.runtime import ArtifactList, ExecutorOutput, RuntimeArtifact, TaskOutputPlaces
from penstock.launcher.errors import NoRoom, OutputUnsaved, WrongReturn
from penstock.launcher.failures import text_of, type_name
from penstock.launcher.signature import SINGLE, named_outputs


def save_outputs(
    result: Any, annotation: Any, places: TaskOutputPlaces, store: ArtifactStore | None, component: str
) -> ExecutorOutput:
    """Check and store what the component returned.

    Args:
        result: What it returned.
        annotation: What it is declared to return; None where nothing is.
        places: The outputs that the IR declares, and where they go if there is no store.
        store: Where artifacts go.
        component: Its name, for messages.

    Raises:
        WrongReturn: The shape of `result` is not what is declared.
        WrongType: The value of an output is not.
        OutputUnsaved: A value could not be written.
    """
    parameters: dict[str, Json] = {}
    artifacts: dict[str, ArtifactList] = {}
    for name, (value, declared) in _by_name(result, annotation, places, component).items():
        use = classify(declared)
        where = f"output {name!r} of component {component!r}"
        if isinstance(use, ParameterUse):
            parameters[name] = encode_parameter(value, declared, where=where)
        elif value is None and use.optional:
            artifacts[name] = ArtifactList()
        else:
            place = next(iter(places.artifacts.get(name, ArtifactList()).artifacts), RuntimeArtifact(name=name))
            artifacts[name] = ArtifactList(artifacts=_save(value, use, place, store, where))
    return ExecutorOutput(parameter_values=parameters, artifacts=artifacts)


def _by_name(result: Any, annotation: Any, places: TaskOutputPlaces, component: str) -> Mapping[str, tuple[Any, Any]]:
    """Each declared output's value and annotation."""
    declared = {*places.parameters, *places.artifacts}
    if not declared:
        if result is not None and annotation in (None, type(None)):
            raise WrongReturn(component=component, declared="None", got=annotation_name(type(result)))
        return {}
    named = named_outputs(annotation, declared, component)
    if named is None:
        if declared != {SINGLE}:
            lacks = ", ".join(sorted(declared))
            raise WrongReturn(
                component=component, declared=annotation_name(annotation), got="something else", missing=lacks
            )
        return {SINGLE: (result, annotation)}
    if not isinstance(result, annotation):
        raise WrongReturn(component=component, declared=annotation_name(annotation), got=annotation_name(type(result)))
    return {name: (getattr(result, name), declared) for name, declared in named.items()}


def _save(
    value: Any, use: ArtifactUse, place: RuntimeArtifact, store: ArtifactStore | None, where: str
) -> list[RuntimeArtifact]:
    from penstock.launcher.saving import save_artifact

    if use.is_list and not isinstance(value, list | tuple):
        raise WrongType(
            declared=f"list[{annotation_name(use.annotation)}]", got=annotation_name(type(value)), where=where
        )
    values = list(value) if use.is_list else [value]
    try:
        return [save_artifact(one, use, _place(place, i, use), store, where) for i, one in enumerate(values)]
    except (PenstockError, MemoryError, RecursionError):
        raise
    except OSError as error:
        raise NoRoom(path=str(error.filename or place.uri), reason=error.strerror or str(error)) from error
    except Exception as error:
        raise OutputUnsaved(where=where, reason=f"{type_name(error)}: {text_of(error)}") from error


def _place(place: RuntimeArtifact, index: int, use: ArtifactUse) -> RuntimeArtifact:
    """Where one item goes: the items of a list lie in a folder of the list's name."""
    return replace(place, uri=f"{place.uri.rstrip('/')}/{index}") if use.is_list and place.uri else place
