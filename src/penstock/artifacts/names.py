"""Names of objects in a store, and the URIs made of them."""

import hashlib
import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from penstock.core.ids import Digest

_MAX_BYTES = 200
"""File systems allow 255 bytes for a name; the rest is for whoever adds an ending to it."""

_UNSAFE = re.compile(r"[/\\\x00-\x1f\x7f\ud800-\udfff]")
_OBJECT = re.compile(r"objects/([0-9a-f]{2})/(\1[0-9a-f]{62})/([^/]+)")


class ObjectName(NamedTuple):
    """An object's place in a store."""

    digest: Digest
    name: str

    @property
    def place(self) -> str:
        """The path below the store's root: `objects/ab/<64 hex>/<name>`."""
        hexes = self.digest.removeprefix("sha256:")
        return f"objects/{hexes[:2]}/{hexes}/{self.name}"


def parse_place(place: str) -> ObjectName | None:
    """The object at `place` (a path below the root), or None if no object could be there."""
    match = _OBJECT.fullmatch(place)
    if match is None or match[3] in (".", "..") or safe_name(match[3]) != match[3]:
        return None
    return ObjectName(Digest(f"sha256:{match[2]}"), match[3])


def safe_name(name: str) -> str:
    """`name` as one part of a path: without slashes and control characters, at most 200 bytes, its ending kept.

    Spaces, quotes, emoji and leading dots stay as they are.
    """
    clean = _UNSAFE.sub("_", name)
    if clean.strip(". ") == "":
        clean = clean.replace(".", "_").replace(" ", "_") or "_"
    if len(clean.encode()) <= _MAX_BYTES:
        return clean
    stem, dot, suffix = clean.rpartition(".")
    ending = dot + suffix if stem and len(suffix.encode()) <= 16 else ""
    mark = "~" + hashlib.sha256(clean.encode()).hexdigest()[:10]
    room = _MAX_BYTES - len(ending.encode()) - len(mark)
    return clean.encode()[:room].decode(errors="ignore") + mark + ending


def local_path(uri: str) -> str | None:
    """The path that a local URI names (an absolute path, or `file://…`), or None if it names something else."""
    if uri.startswith("file://"):
        parts = urlsplit(uri)
        return unquote(parts.path) if parts.netloc in ("", "localhost") else None
    return uri if uri.startswith("/") else None
