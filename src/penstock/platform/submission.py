"""From a document and arguments to a run on record. All that can be refused is refused here, before it starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from penstock.artifacts.store import ArtifactStore, StoredObject
from penstock.core.errors import UserError
from penstock.core.ids import RunId, TaskPath, artifact_id
from penstock.core.json import Json
from penstock.ir.parameters import apply_defaults
from penstock.ir.spec import ComponentInputs
from penstock.metadata.records import Artifact, Run


@dataclass(kw_only=True, eq=False)
class InputNotFound(UserError, FileNotFoundError):
    """A pipeline takes a file or a folder, and what was named does not exist."""

    code: ClassVar[str] = "PLA010"
    input: str
    path: str

    def message(self) -> str:
        return f"the pipeline's input {self.input!r} names {self.path!r}, which does not exist"

    def hint(self) -> str:
        return "give the path of a file or folder; a relative one is meant from the working directory"


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
    files: dict[str, Path]


def fit_arguments(inputs: ComponentInputs, given: Mapping[str, Any], cwd: Path) -> Arguments:
    """Sort arguments into parameters and files, with defaults; every mistake is reported.

    Raises:
        UserError: A parameter is missing, unknown or of another type; a file does not exist.
    """
    files = {name: cwd / Path(str(given[name])) for name in inputs.artifacts if given.get(name) is not None}
    for name, path in files.items():
        if not path.exists():
            raise InputNotFound(input=name, path=str(given[name]))
    parameters = {name: _plain(name, value) for name, value in given.items() if name not in inputs.artifacts}
    values = apply_defaults(inputs, parameters)
    missing = [name for name, spec in inputs.artifacts.items() if name not in files and not spec.is_optional]
    if missing:
        raise InputMissing(inputs=missing)
    return Arguments(parameters=values, files=files)


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


def store_inputs(artifacts: ArtifactStore, files: Mapping[str, Path]) -> dict[str, Json]:
    """Copy the input files into the store, so that nobody can change them under the run; as JSON for its record."""
    return {name: _described(artifacts.put_copy(path, path.name), path) for name, path in files.items()}


def _described(stored: StoredObject, source: Path) -> Json:
    described: Json = msgspec.to_builtins(stored)
    assert isinstance(described, dict)
    return described | {"source": str(source)}


def input_artifacts(run: Run, types: Mapping[str, str]) -> dict[str, Artifact]:
    """The run's input artifacts as records, from what its options keep of them."""
    kept = run.options.get("inputs")
    found: dict[str, Artifact] = {}
    if not isinstance(kept, dict):
        return found
    for name, facts in kept.items():
        assert isinstance(facts, dict)
        stored = msgspec.convert({k: facts[k] for k in ("uri", "digest", "size")}, StoredObject)
        found[name] = Artifact(
            artifact_id=artifact_id(RunId(run.run_id), TaskPath(""), 0, name, 0),
            name=name,
            type=types[name],
            uri=stored.uri,
            digest=stored.digest,
            size=stored.size,
            metadata={"kind": "file", "source": facts.get("source", "")},
            created_at=run.created_at,
        )
    return found
