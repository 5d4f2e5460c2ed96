"""What the engine is told (events) and what it asks for (commands): frozen values, both.

Immediate commands only read; the shell answers them with an event before anything is stored. Deferred commands
change the world; the shell performs them after the transition that asked for them is durable.
"""

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from penstock.core.ids import Fingerprint, TaskPath
from penstock.core.json import Json
from penstock.engine.executor import Outcome
from penstock.ir.runtime import TaskFailure
from penstock.metadata.records import Artifact, CachedResult, CacheKey, Reuse, Usage

# --- events -----------------------------------------------------------------------------------------------


class Start(Struct, frozen=True, kw_only=True):
    """The run begins. Given once in its life."""

    artifacts: dict[str, list[Artifact]]
    """The pipeline's input artifacts, by the names of its inputs."""


class Recover(Struct, frozen=True, kw_only=True):
    """An engine takes over a run that another one drove."""

    outcomes: dict[TaskPath, Outcome]
    """Attempts that were complete when that engine died: their outputs lie in their folders."""
    logs: dict[TaskPath, str] = {}
    """The stored logs of the attempts that ran then."""


class Retry(Struct, frozen=True, kw_only=True):
    """A person wants a finished run to go on: from what failed, or from `path` and all that depends on it."""

    path: TaskPath | None = None


class Wait(Struct, frozen=True, kw_only=True):
    """Another run computes the same at this moment."""

    holder: Reuse
    until: datetime
    """When to ask again."""


class CacheAnswered(Struct, frozen=True, kw_only=True):
    """A result is known (`hit`), somebody computes it (`wait`), or this task is to."""

    path: TaskPath
    fingerprint: Fingerprint | None
    """None where caching is off."""
    key: CacheKey | None
    hit: CachedResult | None
    earlier: bool = False
    """Whether the hit is of the run that this one is a rerun of: taken even where the cache is not asked."""
    wait: Wait | None = None


class ImportEnded(Struct, frozen=True, kw_only=True):
    path: TaskPath
    result: Artifact | TaskFailure


class Launch(Struct, frozen=True, kw_only=True):
    """There is room for this task now."""

    path: TaskPath
    log: str


class TimerFired(Struct, frozen=True, kw_only=True):
    path: TaskPath


class AttemptEnded(Struct, frozen=True, kw_only=True):
    path: TaskPath
    number: int
    outcome: Outcome
    log: str = ""
    """The stored log's URI; empty if there was no output."""


class AttemptReturned(Struct, frozen=True, kw_only=True):
    """An attempt was ended because this engine leaves the run to another one."""

    path: TaskPath
    number: int
    usage: Usage
    log: str = ""


class Cancel(Struct, frozen=True, kw_only=True):
    """Stop the run. A second one is taken as impatience: attempts are killed at once."""

    force: bool = False
    reason: TaskFailure | None = None
    """Given when the run is to end as FAILED (a deadline), not as CANCELED."""


EngineEvent: TypeAlias = (
    Start
    | Recover
    | Retry
    | CacheAnswered
    | ImportEnded
    | Launch
    | TimerFired
    | AttemptEnded
    | AttemptReturned
    | Cancel
)

# --- commands ---------------------------------------------------------------------------------------------


class LookUpCache(Struct, frozen=True, kw_only=True):
    """Immediate. Compute the fingerprint of this task and see whether its result is known."""

    path: TaskPath
    cached: bool = True
    """False where caching is off: only the run that this one is a rerun of is asked then."""


class ImportArtifact(Struct, frozen=True, kw_only=True):
    """Immediate, but its answer may take a while. See what is at `uri` and describe it as an artifact."""

    path: TaskPath
    uri: str
    metadata: dict[str, Json]


class Enqueue(Struct, frozen=True, kw_only=True):
    """Immediate. This task can run as soon as there is room."""

    path: TaskPath


class SetTimer(Struct, frozen=True, kw_only=True):
    """Immediate. Send `TimerFired` then."""

    path: TaskPath
    at: datetime


class StartAttempt(Struct, frozen=True, kw_only=True):
    """Deferred."""

    path: TaskPath
    number: int


class CancelAttempt(Struct, frozen=True, kw_only=True):
    """Deferred."""

    path: TaskPath
    number: int
    force: bool


EngineCommand: TypeAlias = LookUpCache | ImportArtifact | Enqueue | SetTimer | StartAttempt | CancelAttempt
