"""What a run is given: parameters by value, files copied into the store, so that nobody can change them under it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from penstock.artifacts.names import local_path
from penstock.artifacts.store import ArtifactStore
from penstock.core.errors import UserError
from penstock.core.ids import RunId, TaskPath, artifact_id
from penstock.core.json import Json
from penstock.ir.parameters import apply_defaults
from penstock.ir.spec import ComponentInputs, InputArtifact
from penstock.metadata.records import Artifact, Run


@dataclass(kw_only=True, eq=False)
class InputNotFound(UserError, FileNotFoundError):
    """A pipeline takes a file or a folder, and what was named does not exist."""

    code: ClassVar[str] = "PLA010"
    input: str
    path: str

    reason: str = "which does not exist"

    def message(self) -> str:
        return f"the pipeline's input {self.input!r} names {self.path!r}, {self.reason}"

    def hint(self) -> str:
        return "give the path of a file or folder, or a URL; a relative path is meant from the working directory"


@dataclass(kw_only=True, eq=False)
class InputMissing(UserError, TypeError):
    """A pipeline takes a file or a folder, and none was named."""

    code: ClassVar[str] = "PLA011"
    inputs: list[str]

    def message(self) -> str:
        names = ", ".join(repr(name) for name in self.inputs)
        return f"the pipeline needs a file or folder for {names}"

    def hint(self) -> str:
        return f"add `--param {self.inputs[0]}=PATH`"


@dataclass(kw_only=True, eq=False)
class InputNotPlain(UserError, TypeError):
    """A pipeline's parameter holds something that JSON has no words for."""

    code: ClassVar[str] = "PLA015"
    input: str
    at: str
    """Where inside, e.g. `[0]['a']`; empty for the whole."""
    value: str

    def message(self) -> str:
        place = f", at {self.at}," if self.at else ""
        return f"the pipeline's input {self.input!r}{place} is {self.value}, which JSON cannot say"

    def hint(self) -> str:
        return 'pass text, numbers, true, false, lists and objects; where a component takes a `float`, "NaN" is one'


class Arguments(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is given: parameters by value, and the files that its input artifacts are made from."""

    parameters: dict[str, Json]
    files: dict[str, list[Path | str]]
    """By input, the local files and folders as paths, what lies elsewhere as URLs; one of each unless it is a list."""


def fit_arguments(inputs: ComponentInputs, given: Mapping[str, Any], cwd: Path) -> Arguments:
    """Sort arguments into parameters and files, with defaults; every mistake is reported.

    Raises:
        UserError: A parameter is missing, unknown or of another type; a file does not exist.
    """
    files = {
        name: [_place(name, one, cwd) for one in _each(given[name], spec)]
        for name, spec in inputs.artifacts.items()
        if given.get(name) is not None
    }
    parameters = {name: _plain(name, value) for name, value in given.items() if name not in inputs.artifacts}
    values = apply_defaults(inputs, parameters)
    missing = [name for name, spec in inputs.artifacts.items() if name not in files and not spec.is_optional]
    if missing:
        raise InputMissing(inputs=missing)
    return Arguments(parameters=values, files=files)


def _each(value: Any, declared: InputArtifact) -> list[str]:
    """What an input names: more than one place only where it is declared as a list."""
    if not declared.is_artifact_list:
        return [str(value)]
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = msgspec.json.decode(value)
        except msgspec.DecodeError:
            return [value]
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]


def _place(name: str, text: str, cwd: Path) -> Path | str:
    scheme, separator, rest = text.partition("://")
    path = local_path(text) if separator else text
    if path is not None:
        if not path or not (cwd / path).exists():
            raise InputNotFound(input=name, path=text)
        return cwd / path
    from penstock.engine.importing import is_readable

    if not rest or not is_readable(scheme):
        raise InputNotFound(input=name, path=text, reason="which nothing here reads")
    return text


def _plain(name: str, value: Any) -> Json:
    """A parameter's value as it can be kept; of another type than its own it may still be."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Path):
        return str(value)
    from penstock.data.errors import WrongType
    from penstock.data.parameters import plain_json

    try:
        return plain_json(value, "")
    except WrongType as error:
        raise InputNotPlain(input=name, at=error.at, value=error.value or f"a `{error.got}`") from None


def store_inputs(artifacts: ArtifactStore, files: Mapping[str, Sequence[Path | str]]) -> dict[str, Json]:
    """Copy the input files into the store, so that nobody can change them under the run; as JSON for its record.

    What lies elsewhere stays there, and is referred to.
    """
    return {name: [_stored(artifacts, one) for one in places] for name, places in files.items()}


def _stored(artifacts: ArtifactStore, place: Path | str) -> Json:
    if isinstance(place, str):
        return {"uri": place, "digest": None, "size": -1, "source": place}
    described: Json = msgspec.to_builtins(artifacts.put_copy(place, place.name))
    assert isinstance(described, dict)
    return described | {"source": str(place)}


def input_artifacts(run: Run, types: Mapping[str, str]) -> dict[str, list[Artifact]]:
    """The run's input artifacts as records, from what its options keep of them."""
    kept = run.options.get("inputs")
    if not isinstance(kept, dict):
        return {}
    found: dict[str, list[Artifact]] = {}
    for name, facts in kept.items():
        each = facts if isinstance(facts, list) else [facts]  # older runs have one only
        found[name] = [_artifact(run, name, types[name], index, one) for index, one in enumerate(each)]
    return found


def _artifact(run: Run, name: str, type: str, index: int, facts: Any) -> Artifact:
    return Artifact(
        artifact_id=artifact_id(RunId(run.run_id), TaskPath(""), 0, name, index),
        name=name,
        type=type,
        uri=facts["uri"],
        digest=facts["digest"],
        size=facts["size"],
        metadata={"kind": "file", "source": facts.get("source", "")} if facts["digest"] else {},
        created_at=run.created_at,
    )
