"""The files that clients of MLflow logged: which bytes of the artifact store stand at which place below a tracked run.

A place is a path as MLflow's clients write it, such as `0/4f…/artifacts/plots/roc.png`. The bytes are in the artifact
store like any others; here is only what they are called. So the same figure logged a hundred times is kept once, an
upload that breaks off leaves nothing behind, and `penstock gc` sees what is still named.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from penstock.core.ids import Digest
from penstock.metadata import rows
from penstock.metadata import tracked_files_statements as sql
from penstock.metadata.repeating import repeatable
from penstock.metadata.session import Connections


class TrackedFile(Struct, frozen=True, kw_only=True):
    """A file that a client logged."""

    place: str
    """Below all of tracking, with slashes; unique."""
    uri: str
    """Where its bytes are in the artifact store."""
    digest: Digest
    size: int
    stored_at: datetime


class TrackedFiles(Protocol):
    """The part of a metadata store that keeps the names of logged files. Atomic, from any thread, as all of it is."""

    def put(self, files: Sequence[TrackedFile], owner: str) -> None:
        """Have files at their places, in one transaction, whatever was there before.

        Args:
            files: Their bytes are stored already.
            owner: The tracked run or the logged model that they are of: they go with its pipeline run, if it has one.
        """
        ...

    def get(self, place: str) -> TrackedFile | None:
        """The file at a place, or None."""
        ...

    def under(self, folder: str) -> list[TrackedFile]:
        """All files below a folder, however deep, by place. `""` is all there are."""
        ...

    def remove(self, place: str) -> int:
        """Forget a file, or all files below a folder; how many there were. Their bytes go with the next `gc`."""
        ...


class SqlTrackedFiles:
    """`TrackedFiles` on any database that has a dialect."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @property
    def patience(self) -> float:
        """See `Dialect.patience`."""
        return self._connections.patience

    @repeatable
    def put(self, files: Sequence[TrackedFile], owner: str) -> None:
        values = [
            {
                "place": file.place,
                "uri": file.uri,
                "digest": file.digest,
                "size": file.size,
                "owner": owner,
                "stored_at": rows.time_text(file.stored_at),
            }
            for file in sorted(files, key=lambda file: file.place)
        ]
        with self._connections.writing() as session:
            session.execute_many(sql.PUT_FILE, values)

    @repeatable
    def get(self, place: str) -> TrackedFile | None:
        with self._connections.reading() as session:
            row = session.row(sql.SELECT_FILE, place=place)
        return None if row is None else _file(row)

    @repeatable
    def under(self, folder: str) -> list[TrackedFile]:
        low, high = _range(folder)
        with self._connections.reading() as session:
            return [_file(row) for row in session.rows(sql.LIST_FILES_UNDER, low=low, high=high)]

    @repeatable
    def remove(self, place: str) -> int:
        low, high = _range(place)
        with self._connections.writing() as session:
            return len(session.rows(sql.DELETE_FILES, place=place, low=low, high=high))


def _range(folder: str) -> tuple[str, str]:
    """Between which two texts the places below a folder are: `0` comes right after the slash."""
    return (f"{folder}/", f"{folder}0") if folder else ("", "\U0010ffff")


def _file(row: rows.Row) -> TrackedFile:
    place, uri, digest, size, stored = row
    return TrackedFile(place=place, uri=uri, digest=digest, size=size, stored_at=datetime.fromisoformat(stored))
