"""The interface of the artifact store: bytes behind URLs, content-addressed, committed atomically."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from penstock.core.ids import Digest


class StoredObject(Struct, frozen=True, kw_only=True):
    """A file or a folder in the store."""

    uri: str
    digest: Digest
    size: int
    """Bytes; of a folder, those of all its files."""


class KeptBytes(Struct, frozen=True, kw_only=True):
    """What a store keeps under one digest, whatever names it has there."""

    digest: Digest
    size: int
    """Bytes that would be free without it."""
    touched_at: datetime
    """When it was last put, also where its bytes were there already (UTC)."""


class ArtifactStore(Protocol):
    """Where the bytes of artifacts are.

    Content-addressed: the same bytes are kept once, and are never changed. Committed atomically: a URI that
    was returned names complete bytes; a crash leaves at most a file under a temporary name. Safe for several
    threads and processes at once.

    Raises (any method):
        ArtifactStoreUnavailable: Disk full, read-only, or the remote end did not answer; nothing was changed.
    """

    def staging(self) -> Path:
        """A new empty local folder to write an object in before `put`; on the store's own file system, if local."""
        ...

    def put(self, source: Path, name: str) -> StoredObject:
        """Move the file or folder `source` into the store; `source` is gone afterwards if it was in `staging`.

        Args:
            source: Complete file or folder. Links are followed.
            name: The last part of the URI, for people and for what goes by the file's ending, e.g. `rows.parquet`.

        Raises:
            FileNotFoundError: There is no `source`.
        """
        ...

    def put_copy(self, source: Path, name: str) -> StoredObject:
        """As `put`, for somebody else's file: `source` stays where and as it is."""
        ...

    def path(self, uri: str) -> Path:
        """A local path to read the object at: in place if local, else a cached download. Never write there.

        Raises:
            ArtifactMissing: The store has no such object.
        """
        ...

    def exists(self, uri: str, size: int | None = None) -> bool:
        """Whether the object is there, and of that size if one is given. Its bytes are not read."""
        ...

    def discard(self, uri: str) -> None:
        """Take away bytes that somebody has changed, so that nothing reads them for what they were.

        A local object is gone then; a remote one is downloaded anew. What is not there is no matter.
        """
        ...

    def verify(self, uri: str, digest: Digest) -> bool:
        """Whether the object is there and its bytes still have that digest."""
        ...

    # --- upkeep -----------------------------------------------------------------------------------------

    def kept(self) -> Iterator[KeptBytes]:
        """Everything that is stored, in no order; what is put or removed meanwhile may or may not be among it."""
        ...

    def remove(self, digest: Digest, touched_before: datetime) -> int:
        """Take away what is kept under a digest, unless somebody has put it again since.

        `put` and `remove` may meet: either the bytes are gone before `put` looks, and it stores them anew, or `put`
        has touched them, and they stay.

        Args:
            digest: Whose bytes.
            touched_before: They stay if they were put at this time or later (UTC).

        Returns:
            The bytes that became free; 0 if they stay, or were not there.
        """
        ...

    def sweep(self, older_than: timedelta) -> int:
        """Remove what writers that died have left under temporary names and nobody has touched for that long.

        Returns:
            How many leftovers were removed.
        """
        ...
