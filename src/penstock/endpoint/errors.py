"""What the endpoint refuses, apart from what the stores refuse."""

from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import InfraError, UserError


@dataclass(kw_only=True, eq=False)
class NotAuthorized(UserError, PermissionError):
    """A request came without the token, or with another one."""

    code: ClassVar[str] = "TRK020"

    def message(self) -> str:
        return "the request has no valid token for this endpoint"

    def hint(self) -> str:
        return (
            "send `Authorization: Bearer TOKEN`, where TOKEN is the variable PENSTOCK_TOKEN of a task, or the one that"
            " `penstock mlflow` prints; the MLflow client takes it from MLFLOW_TRACKING_TOKEN"
        )


@dataclass(kw_only=True, eq=False)
class NoSuchRoute(UserError, LookupError):
    """Nothing is served under that path."""

    code: ClassVar[str] = "TRK021"
    method: str
    path: str
    allowed: tuple[str, ...] = ()

    def message(self) -> str:
        return f"the endpoint does not serve {self.method} {self.path}"

    def hint(self) -> str:
        if self.allowed:
            return f"that path takes {', '.join(self.allowed)}"
        return "it serves experiments, runs, artifacts, logged models and the registry; traces and prompts it does not"


@dataclass(kw_only=True, eq=False)
class BadRequest(UserError, ValueError):
    """A request that cannot be understood, or asks for something that cannot be."""

    code: ClassVar[str] = "TRK022"
    what: str
    """The part of the request: `body`, or a field's name."""
    reason: str

    def message(self) -> str:
        return f"{self.what}: {self.reason}"


@dataclass(kw_only=True, eq=False)
class BodyTooLarge(UserError, ValueError):
    """A body that is larger than what is taken at that place."""

    code: ClassVar[str] = "TRK023"
    limit: int

    def message(self) -> str:
        return f"the body is larger than {self.limit >> 20} MiB"

    def hint(self) -> str:
        return "store large values as artifacts, and log in smaller batches"


@dataclass(kw_only=True, eq=False)
class BodyCut(InfraError, ConnectionError):
    """The client went away in the middle of a body."""

    code: ClassVar[str] = "TRK024"
    missing: int | None = None

    def message(self) -> str:
        rest = "" if self.missing is None else f", {self.missing} bytes before its end"
        return f"the body broke off{rest}"

    def hint(self) -> str:
        return "nothing of it was stored; send it again"


@dataclass(kw_only=True, eq=False)
class NotKept(UserError, NotImplementedError):
    """Something that MLflow's protocol has and Penstock does not keep."""

    code: ClassVar[str] = "TRK025"
    what: str
    instead: str

    def message(self) -> str:
        return f"{self.what} are not kept here"

    def hint(self) -> str:
        return self.instead


@dataclass(kw_only=True, eq=False)
class NoTag(UserError, LookupError):
    """A tag that is to be removed is not there."""

    code: ClassVar[str] = "TRK028"
    run: str
    key: str

    def message(self) -> str:
        return f"run {self.run!r} has no tag {self.key!r}"


@dataclass(kw_only=True, eq=False)
class NoFile(UserError, FileNotFoundError):
    """There is no file at that place."""

    code: ClassVar[str] = "TRK029"
    place: str

    def message(self) -> str:
        return f"no file was logged at {self.place!r}"

    def hint(self) -> str:
        return "`MlflowClient().list_artifacts(run_id)` shows what there is"
