"""What can go wrong with stored bytes."""

from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import InfraError, UserError


@dataclass(kw_only=True, eq=False)
class ArtifactStoreUnavailable(InfraError, OSError):
    """The store could not do what it was asked: disk full, read-only, no answer. Nothing was changed."""

    code: ClassVar[str] = "ART001"
    store: str
    """The store's root, or the place in it that failed."""
    action: str
    """What was tried, e.g. `store 'rows.parquet'`."""
    reason: str
    """What the system said."""

    def message(self) -> str:
        return f"the artifact store at {self.store} could not {self.action}: {self.reason}"

    def hint(self) -> str:
        return "check that the place exists, may be written to and has room; what was stored before is untouched"


@dataclass(kw_only=True, eq=False)
class ArtifactMissing(UserError, LookupError):
    """The store has no complete object of that URI."""

    code: ClassVar[str] = "ART002"
    uri: str

    def message(self) -> str:
        return f"there is no artifact at {self.uri}"

    def hint(self) -> str:
        return "it was deleted, or its writer never finished; run the task that makes it again, without cache"


@dataclass(kw_only=True, eq=False)
class ForeignUri(UserError, ValueError):
    """The URI does not name an object of this store, and other places are not trusted."""

    code: ClassVar[str] = "ART003"
    uri: str
    store: str

    def message(self) -> str:
        return f"{self.uri!r} is not an object of the artifact store at {self.store}"

    def hint(self) -> str:
        return "bring files from elsewhere in with an importer, or with a component that reads them"


@dataclass(kw_only=True, eq=False)
class ArtifactDamaged(InfraError, OSError):
    """The bytes are not those that were stored."""

    code: ClassVar[str] = "ART004"
    uri: str
    expected: str
    found: str

    def message(self) -> str:
        return f"the artifact at {self.uri} is damaged: its digest is {self.found}, not {self.expected}"

    def hint(self) -> str:
        return "restore it from a backup, or delete it and run the task that makes it again"


@dataclass(kw_only=True, eq=False)
class UnstorableFile(UserError, ValueError):
    """A file or folder cannot become an artifact as it is."""

    code: ClassVar[str] = "ART005"
    path: str
    reason: str

    def message(self) -> str:
        return f"{self.path!r} cannot be stored: {self.reason}"

    def hint(self) -> str:
        return "an artifact is a regular file, or a folder of regular files and folders; links must lead to those"


@dataclass(kw_only=True, eq=False)
class UnknownStoreUrl(UserError, ValueError):
    """The place that was named for artifacts cannot be used."""

    code: ClassVar[str] = "ART006"
    url: str
    reason: str
    advice: str = "use a folder, or an fsspec URL such as s3://bucket/prefix"

    def message(self) -> str:
        return f"{self.url!r} cannot hold artifacts: {self.reason}"

    def hint(self) -> str:
        return self.advice
