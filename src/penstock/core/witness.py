"""What a file holds, or which names a folder has, as a digest: to see later whether that is still so."""

import hashlib
import os
from pathlib import Path

MODULES = "*.py"
"""As the last part of a path: not a file, but the names in that folder that can be imported."""
LISTING = "*"
"""As the last part of a path: not a file, but all names in that folder."""


def digest_of(path: Path) -> str:
    """SHA-256 of what is at `path`; empty if nothing is."""
    try:
        if path.name in (MODULES, LISTING):
            data = _names(path.parent, everything=path.name == LISTING)
        else:
            data = path.read_bytes()
    except OSError:
        return ""
    return hashlib.sha256(data).hexdigest()


def _names(folder: Path, *, everything: bool) -> bytes:
    with os.scandir(folder) as entries:
        found = [entry.name for entry in entries if everything or _may_be_module(entry)]
    return "\n".join(sorted(found)).encode(errors="surrogateescape")


def _may_be_module(entry: os.DirEntry[str]) -> bool:
    if entry.name.endswith((".py", ".so")):
        return True
    return entry.name.isidentifier() and entry.name != "__pycache__" and entry.is_dir()
