"""The parts that a table in Parquet is worked through in: runs of whole row groups of one file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from penstock.components.errors import NoParquet

PATTERN = "*.parquet"


class TablePart(Struct, frozen=True, kw_only=True):
    """Some row groups of one file. It says of the file what tells it from another one of that name."""

    number: int
    """From 0 on, in the order of the files' names."""
    file: str
    """Where it is: below the folder, or a URL as a whole; empty for a table that is one file."""
    first: int
    """The first row group."""
    last: int
    """The last one, included."""
    rows: int
    offset: int
    """How many rows of the file come before."""
    state: str = ""
    """The file's size and date, or what its store calls its version."""


def parts_of_folder(table: Path, rows: int) -> list[TablePart]:
    """The parts of a Parquet file, or of all those below a folder.

    Args:
        table: The file or folder.
        rows: About so many rows are in a part; one row group at least.

    Raises:
        NoParquet: There is none, or a file is something else.
    """
    if not table.is_dir():
        return _numbered(_of_file(table, "", "", rows))
    files = sorted(path for path in table.rglob(PATTERN) if path.is_file() and not path.name.startswith((".", "_")))
    if not files:
        raise NoParquet(place=str(table), reason=f"no file in it is called {PATTERN}")
    return _numbered(part for path in files for part in _of_file(path, path.relative_to(table).as_posix(), "", rows))


def parts_of_location(location: str, rows: int) -> list[TablePart]:
    """The same of a file, folder or pattern, on this machine or at a URL; each part says which state of it was seen."""
    import fsspec

    system, root = fsspec.core.url_to_fs(location)
    found = _list(system, root, location)
    if not found:
        raise NoParquet(place=location, reason="there is no file, or no folder with any")
    parts: list[TablePart] = []
    for path, facts in found:
        with system.open(path) as file:
            parts += _of_file(file, system.unstrip_protocol(path), _state(facts), rows)
    return _numbered(parts)


def _list(system: Any, root: str, location: str) -> list[tuple[str, dict[str, Any]]]:
    try:
        if any(sign in root for sign in "*?["):
            found = system.glob(root, detail=True)
        elif system.isdir(root):
            found = system.glob(f"{root.rstrip('/')}/**/{PATTERN}", detail=True)
        else:
            found = {root: system.info(root)}
    except FileNotFoundError:
        return []
    except OSError as error:
        raise NoParquet(place=location, reason=error.strerror or str(error)) from error
    files = {path: facts for path, facts in found.items() if facts.get("type") != "directory"}
    return sorted((path, facts) for path, facts in files.items() if not path.rsplit("/", 1)[-1].startswith((".", "_")))


def _state(facts: dict[str, Any]) -> str:
    version = next((facts[name] for name in ("ETag", "etag", "mtime", "LastModified", "updated") if name in facts), "")
    return f"{facts.get('size', '')} {version}".strip()


def _of_file(file: Any, name: str, state: str, rows: int) -> Iterator[TablePart]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        facts = pq.read_metadata(file)
    except (pa.ArrowInvalid, OSError) as error:
        raise NoParquet(place=name or str(file), reason=str(error).partition("\n")[0]) from error
    first, count, before = 0, 0, 0
    for group in range(facts.num_row_groups):
        count += facts.row_group(group).num_rows
        if count >= rows or group == facts.num_row_groups - 1:
            yield TablePart(number=0, file=name, first=first, last=group, rows=count, offset=before, state=state)
            first, before, count = group + 1, before + count, 0


def _numbered(parts: Any) -> list[TablePart]:
    import msgspec

    return [msgspec.structs.replace(part, number=number) for number, part in enumerate(parts)]
