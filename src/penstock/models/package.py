"""What a package says of itself, `penstock/package.json`, and reading its files, each held against its digest."""

import hashlib
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
from msgspec import Struct

from penstock.models.errors import UnreadablePackage
from penstock.models.signature import Signature

RECORD = "penstock/package.json"
PROFILE = "penstock/profile.json"
PREDICTIONS = "penstock/predictions.json"
LOCK = "penstock/environment.txt"
GRAPH = "graph.onnx"
DESCRIPTION = "MLmodel"
CODE = "code"
FORMAT = 1
_MOST_TEXT = 64 << 20
"""Bytes that a description, a record or an example may have."""


class Expected(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the model answered for its example when it was packaged: plain JSON, null for NaN."""

    predictions: list[Any] = []
    probabilities: list[Any] | None = None
    graph_predictions: list[Any] | None = None
    graph_probabilities: list[Any] | None = None


class Package(Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"class_": "class"}):
    """All that Penstock knows of a packaged model."""

    format: int = FORMAT
    flavour: str
    """What reads the model's file."""
    class_: str
    """The model's type, by full name."""
    task: str = "other"
    target: str = ""
    signature: Signature = Signature()
    no_signature: str = ""
    """Why there is none."""
    classes: list[Any] | None = None
    runtime: str = "original"
    """What `predict` runs: `graph` or `original`."""
    parity: dict[str, Any] | None = None
    """The figures of the gate that the graph passed, or did not."""
    not_compiled: str = ""
    """Why there is no graph."""
    expected: Expected | None = None
    trusted: list[str] = []
    """Types in the model that the rules do not know, and that whoever loads it must vouch for."""
    modules: list[str] = []
    """Those of the project that travel in `code`."""
    settings: dict[str, Any] = {}
    """What the flavour needs besides the model's file."""
    python: str = ""
    data: str = ""
    """Digest of the training data, where they are an artifact."""
    limits: str = ""
    """What the model is not for, in its author's words."""
    file: str = ""
    """Where the model is, if not where its flavour puts it: of a model that was made elsewhere."""
    files: dict[str, str] = {}
    """SHA-256 of every other file in the folder; none of a model that was made elsewhere."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Package)


def write_package(folder: Path, package: Package) -> Package:
    """Write the record, with the digests of all files that are there. The last file to be written."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    files = {name: _digest(folder / name) for name in names if name != RECORD}
    whole = msgspec.structs.replace(package, files=files)
    (folder / RECORD).parent.mkdir(exist_ok=True)
    (folder / RECORD).write_bytes(msgspec.json.format(_encoder.encode(whole), indent=1) + b"\n")
    return whole


def read_package(folder: Path) -> Package | None:
    """The record of a folder; None if it has none.

    Raises:
        UnreadablePackage: It is not what Penstock writes, or of a newer version.
    """
    file = folder / RECORD
    if not file.is_file():
        return None
    text = read_text(folder, RECORD)
    try:
        package = _decoder.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise UnreadablePackage(place=str(folder), reason=f"'{RECORD}' is damaged: {error}") from error
    if package.format > FORMAT:
        newer = f"it is of format {package.format}, and this Penstock knows formats up to {FORMAT}"
        raise UnreadablePackage(place=str(folder), reason=newer, advice="upgrade Penstock")
    return package


def checked(folder: Path, package: Package, name: str) -> Path:
    """The path of one of a package's files, if it is the one that was packaged.

    Raises:
        UnreadablePackage: It is missing, was changed, or is not among those that were packaged.
    """
    if not package.files:
        return inside(folder, name)
    if name not in package.files:
        raise UnreadablePackage(place=str(folder), reason=f"'{name}' is not among the files that were packaged")
    path = inside(folder, name)
    if _digest(path) != package.files[name]:
        raise UnreadablePackage(place=str(folder), reason=f"'{name}' is not what was packaged: it was changed since")
    return path


def inside(folder: Path, name: Any) -> Path:
    """The path of a file that a description names, which must lie in the folder.

    Raises:
        UnreadablePackage: It is no name, leads out of the folder, or there is no such file.
    """
    if not isinstance(name, str) or not name or "\0" in name:
        raise UnreadablePackage(place=str(folder), reason=f"{name!r} is no name of a file")
    pure = PurePosixPath(name)
    path = folder / name
    root = folder.resolve()
    if pure.is_absolute() or ".." in pure.parts or not path.resolve().is_relative_to(root):
        raise UnreadablePackage(place=str(folder), reason=f"{name!r} leads out of the folder")
    if not path.exists():
        raise UnreadablePackage(place=str(folder), reason=f"the file {name!r} is missing")
    return path


def read_text(folder: Path, name: str) -> bytes:
    """A small file. Raises `UnreadablePackage` if it is not there, or not small."""
    path = inside(folder, name)
    try:
        if path.stat().st_size > _MOST_TEXT:
            raise UnreadablePackage(place=str(folder), reason=f"'{name}' has more than {_MOST_TEXT >> 20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise UnreadablePackage(place=str(folder), reason=f"'{name}': {error.strerror or error}") from error


def _digest(path: Path) -> str:
    try:
        with path.open("rb", buffering=0) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadablePackage(place=str(path), reason=error.strerror or str(error)) from error
