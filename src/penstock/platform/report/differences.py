"""What differs between two versions of a definition, and between two values: small enough to be read at a glance."""

import ast
import base64
import binascii
import difflib
import io
import json
import zipfile
from functools import lru_cache

from msgspec import Struct

from penstock.core.json import Json
from penstock.ir.manifest import read_package
from penstock.ir.spec import ContainerSpec
from penstock.metadata.explain import Change, PartChange
from penstock.platform.report.words import one_line, shorten

MOST_LINES = 12
_SHOWN = 40


class CodeDifference(Struct, frozen=True):
    """A definition in two versions."""

    name: str
    """As in the key: `features.py:clean`."""
    lines: list[str]
    """As `diff -u` has them, without its head."""


def code_differences(old: ContainerSpec, new: ContainerSpec, changes: tuple[PartChange, ...]) -> list[CodeDifference]:
    """What was changed in the code of a component, as far as both versions are at hand."""
    found = []
    for change in changes:
        if change.kind == "code" and change.change is Change.CHANGED:
            before, after = _source(old, change.name), _source(new, change.name)
            if before is not None and after is not None:
                lines = _difference(before, after)
                if lines:
                    found.append(CodeDifference(name=change.name, lines=lines))
    return found


def value_difference(old: Json, new: Json) -> tuple[str, str, str]:
    """Where two values differ first, and what is there: `.depth`, `3`, `4`. The place is empty if it is all of them."""
    place = ""
    while True:
        if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
            name = next((name for name in new if old[name] != new[name]), None)
            if name is None:
                break
            place, old, new = f"{place}.{name}", old[name], new[name]
        elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            index = next((at for at, (one, other) in enumerate(zip(old, new, strict=True)) if one != other), None)
            if index is None:
                break
            place, old, new = f"{place}[{index}]", old[index], new[index]
        else:
            break
    return one_line(place.removeprefix(".")), *_brief_pair(old, new)


def _brief_pair(old: Json, new: Json) -> tuple[str, str]:
    """Two values in few characters; of long ones, the part from shortly before where they begin to differ."""
    before, after = (json.dumps(value, ensure_ascii=False) for value in (old, new))
    common = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    if max(len(before), len(after)) <= _SHOWN or common < _SHOWN // 2:
        return one_line(shorten(before, _SHOWN)), one_line(shorten(after, _SHOWN))
    start = common - 10
    return tuple(one_line("…" + shorten(text[start:], _SHOWN - 1)) for text in (before, after))  # type: ignore[return-value]


def _difference(before: str, after: str) -> list[str]:
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1))[2:]
    lines = [one_line(line) for line in lines if line.strip() and not line.startswith("@@")]
    if len(lines) > MOST_LINES:
        return [*lines[: MOST_LINES - 1], f"… {len(lines) - MOST_LINES + 1} more lines"]
    return lines


def _source(container: ContainerSpec, part: str) -> str | None:
    """The text of a part of the code in a container."""
    file, colon, name = part.rpartition(":")
    if not colon:  # a component of Kubeflow's SDK: the source is the last word of its command line
        return container.command[-1] if container.command else None
    files = _unpacked(read_package(container) or "")
    found = max((one for one in files if f"/{file}".endswith(f"/{one}")), key=len, default=None)
    if found is None:
        return None
    return files[found] if name.startswith(("<", "*")) else _definition(files[found], name)


@lru_cache(maxsize=64)
def _unpacked(package: str) -> dict[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(package))) as archive:
            return {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}
    except (binascii.Error, zipfile.BadZipFile, OSError):
        return {}


def _definition(source: str, name: str) -> str | None:
    """The statements of a module that bind a name at its top level."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    lines = source.splitlines()
    found = []
    for node in tree.body:
        if name in _bound_by(node):
            first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
            found += lines[first - 1 : node.end_lineno]
    return "\n".join(found) or None


def _bound_by(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    return set()
