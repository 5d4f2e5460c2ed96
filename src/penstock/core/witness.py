"""What a file holds, or which modules a folder has, as a digest: to see later whether that is still so."""

import hashlib
import os
from pathlib import Path

MODULES = "*.py"
"""As the last part of a path: not a file, but the names in that folder that can be imported."""


def digest_of(path: Path) -> str:
    """SHA-256 of what is at `path`; empty if nothing is."""
    try:
        data = _modules(path.parent) if path.name == MODULES else path.read_bytes()
    except OSError:
        return ""
    return hashlib.sha256(data).hexdigest()


def _modules(folder: Path) -> bytes:
    with os.scandir(folder) as entries:
        found = [entry.name for entry in entries if entry.name.endswith((".py", ".so")) or _may_be_package(entry)]
    return "\n".join(sorted(found)).encode(errors="surrogateescape")


def _may_be_package(entry: os.DirEntry[str]) -> bool:
    return entry.name.isidentifier() and entry.name != "__pycache__" and entry.is_dir()
