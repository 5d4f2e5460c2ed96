"""The content digest of a file or a folder, `sha256:` and 64 hex digits.

Of a file: SHA-256 of its bytes, as `sha256sum` prints it.

Of a folder: SHA-256 of its listing. The listing is ASCII text: the line `penstock folder 1`, then one line for each
regular file below the folder and for each folder below it without entries, sorted by the bytes of the relative
path. Each line ends in `\\n` and is the file's SHA-256 in hex (`-` for an empty folder), a space, the size in bytes
(`-`), a space, and the path as a JSON string with escapes for all but ASCII. Modes, times and owners do not count;
links count as what they lead to.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from penstock.artifacts.tree import Entry, entries
from penstock.core.ids import Digest

_HEADER = "penstock folder 1\n"


class Content(Struct, frozen=True, kw_only=True):
    """What a file or folder holds."""

    digest: Digest
    size: int
    folder: bool
    files: dict[str, Digest]
    """By relative path, of a folder; empty for a file."""


def content_of(path: Path) -> Content:
    """Read the file or folder at `path` and say what it holds.

    Raises:
        FileNotFoundError: There is nothing.
        UnstorableFile: A folder holds something that is neither file nor folder.
    """
    if not path.is_dir():
        return Content(digest=file_digest(path), size=path.stat().st_size, folder=False, files={})
    found = entries(path)
    files = {entry.name: file_digest(entry.path) for entry in found if entry.is_file}
    size = sum(entry.size for entry in found if entry.is_file)
    return Content(digest=listing_digest(found, files), size=size, folder=True, files=files)


def file_digest(path: Path) -> Digest:
    """The digest of one file's bytes."""
    with path.open("rb", buffering=0) as file:
        return Digest("sha256:" + hashlib.file_digest(file, "sha256").hexdigest())


def listing_digest(found: Iterable[Entry], files: dict[str, Digest]) -> Digest:
    """The digest of a folder, from its sorted entries and its files' digests."""
    lines = [_HEADER]
    for entry in found:
        hexes = files[entry.name].removeprefix("sha256:") if entry.is_file else "-"
        size = entry.size if entry.is_file else "-"
        lines.append(f"{hexes} {size} {json.dumps(entry.name)}\n")
    return Digest("sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest())
