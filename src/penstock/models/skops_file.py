"""Estimators as skops files: data that says how to make them, and no code.

What skops writes depends on memory addresses and the clock; here the same estimator gives the same bytes, so that
training that changes nothing changes nothing downstream.
"""

import io
import json
import sys
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from penstock.data.errors import ConversionError, UntrustedModel
from penstock.data.naming import type_name
from penstock.models.trusted import trusted_names

_SCHEMA = "schema.json"
_NO_DATE = (1980, 1, 1, 0, 0, 0)
_DAMAGED = (
    *(zipfile.BadZipFile, LookupError, ValueError, TypeError, AttributeError, ImportError, EOFError, RecursionError),
    *(NotImplementedError, zlib.error, MemoryError, AssertionError, OSError),
)
"""What skops and what is below it raise for a file that is not what it should be."""
_SURELY_FINE = 64 << 20
_LARGEST_RATIO = 100


class Types(Struct, frozen=True, kw_only=True):
    """The types that a skops file names."""

    all: list[str]
    trusted: list[str]
    """Those that skops does not trust by itself, but Penstock's rules or the user do."""
    unknown: list[str]
    """Those that nobody trusts."""


def dump(value: Any, target: Path) -> Types:
    """Write `value` as a skops file.

    Returns:
        The types in it.

    Raises:
        ConversionError: It holds something that skops cannot write, such as a lambda.
    """
    import skops.io

    try:
        data = skops.io.dumps(value)
    except Exception as error:  # skops raises whatever the estimator's own methods raise
        raise ConversionError(
            what=type_name(type(value)),
            action="stored",
            reason=f"skops cannot hold it: {error}",
            advice="leave out what it names, or write a `Converter` for this estimator",
        ) from error
    _write_canonical(data, target)
    types = types_in(target)
    for name in (*types.trusted, *types.unknown):
        _check_importable(name, value)
    return types


def load(source: Path, *, trust_all: bool = False) -> Any:
    """Read an estimator, if all types in it are trusted; otherwise nothing of it is made.

    Args:
        source: The file.
        trust_all: Make whatever types are in it.

    Raises:
        UntrustedModel: Names the types that are not.
        ConversionError: The file is no skops file.
    """
    import skops.io

    types = types_in(source)
    if types.unknown and not trust_all:
        raise UntrustedModel(types=types.unknown)
    try:
        return skops.io.load(source, trusted=[*types.trusted, *types.unknown])
    except _DAMAGED as error:
        raise _unreadable(error) from error


def types_in(source: Path) -> Types:
    """All types that a skops file names. Makes nothing.

    Raises:
        ConversionError: The file is no skops file.
    """
    import skops.io

    try:
        _check_size(source)
        roles = _roles(source)
        untrusted = skops.io.get_untrusted_types(file=source)
        trusted = trusted_names(untrusted, roles)
    except _DAMAGED as error:
        raise _unreadable(error) from error
    return Types(all=sorted(roles), trusted=trusted, unknown=sorted(set(untrusted) - set(trusted)))


def _unreadable(error: BaseException) -> ConversionError:
    reason = f"it is no skops file: {error or type(error).__name__}"
    return ConversionError(what="model", action="loaded", reason=reason)


def _check_size(source: Path) -> None:
    """Refuse what would fill the memory: a file that unpacks to far more than it is."""
    with zipfile.ZipFile(source) as archive:
        whole = sum(entry.file_size for entry in archive.infolist())
    packed = source.stat().st_size
    if whole > _SURELY_FINE and whole > _LARGEST_RATIO * packed:
        raise ValueError(f"its {packed:,} bytes would unpack to {whole:,}")


def _check_importable(name: str, value: Any) -> None:
    """Refuse at once what nobody could load later: lambdas, and what is defined inside a function."""
    module, _, attribute = name.rpartition(".")
    if "<" in name or (module in sys.modules and not hasattr(sys.modules[module], attribute)):
        raise ConversionError(
            what=type_name(type(value)),
            action="stored",
            reason=f"it holds {name}, which no module has under that name",
            advice="define it at the top of a module: lambdas and local functions cannot be stored",
        )


def _roles(file: Path) -> dict[str, set[str]]:
    """In which roles the file uses each name."""
    with zipfile.ZipFile(file) as archive:
        schema = json.loads(archive.read(_SCHEMA))
    roles: dict[str, set[str]] = defaultdict(set)
    for node in _nodes(schema):
        roles[f"{node['__module__']}.{node['__class__']}"].add(node["__loader__"])
    return roles


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if "__loader__" in item:
                yield item
            waiting.extend(reversed(item.values()))
        elif isinstance(item, list):
            waiting.extend(reversed(item))


def _write_canonical(data: bytes, target: Path) -> None:
    """Number objects and files in the order in which they appear, and forget the time."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(target, "w") as out:
        schema = json.loads(archive.read(_SCHEMA))
        numbers: dict[Any, int] = {}
        files: dict[str, str] = {}
        for node in _nodes(schema):
            if "__id__" in node:
                node["__id__"] = numbers.setdefault(node["__id__"], len(numbers) + 1)
            if isinstance(node.get("file"), str):
                old = node["file"]
                node["file"] = files.setdefault(old, f"{len(files) + 1}{Path(old).suffix}")
        for old, new in files.items():
            out.writestr(zipfile.ZipInfo(new, _NO_DATE), archive.read(old))
        out.writestr(zipfile.ZipInfo(_SCHEMA, _NO_DATE), json.dumps(schema, separators=(",", ":")))
