"""What is stored: frozen records, one class a table. Names follow ML Metadata."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from penstock.core.ids import ArtifactId, Digest, EngineId, FencingToken, Fingerprint, RunId, TaskPath
from penstock.core.json import Json
from penstock.ir.runtime import TaskFailure

if TYPE_CHECKING:
    from penstock.metadata.tracking import Logged


class State(StrEnum):
    """The states of a run, an execution and an attempt, as in Kubeflow Pipelines."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"
    CANCELING = "CANCELING"
    CANCELED = "CANCELED"

    @property
    def finished(self) -> bool:
        """No transition leaves this state, save a retry that a person asks for."""
        return self in _FINISHED


_FINISHED = frozenset({State.SUCCEEDED, State.SKIPPED, State.FAILED, State.CANCELED})


class ExecutionKind(StrEnum):
    """What stands at a place in a run."""

    TASK = "task"
    """Runs something: a component with a container."""
    IMPORTER = "importer"
    """Registers an artifact that exists already."""
    DAG = "dag"
    """Holds tasks: the root, a nested pipeline, a condition, an exit handler's body, one iteration."""
    LOOP = "loop"
    """Holds iterations, each a DAG."""


class _Record(Struct, frozen=True, kw_only=True, gc=False):
    """Not tracked by the garbage collector: frozen records form no cycles, and thousands are read at once."""


class Run(_Record, frozen=True, kw_only=True):
    """One run of one compiled pipeline."""

    run_id: RunId
    pipeline: str
    """The pipeline's name in its IR."""
    display_name: str = ""
    spec: Digest
    """Of the IR document (canonical JSON), kept once however many runs use it."""
    state: State = State.PENDING
    parameters: dict[str, Json] = field(default_factory=dict)
    """As given and defaulted at submission."""
    options: dict[str, Json] = field(default_factory=dict)
    """How the engine was told to run it: caching, executor, behaviour version."""
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: TaskFailure | None = None
    source: str = ""
    """What the person named, e.g. `examples/taxi/pipeline.py:taxi`; for people only."""


class Lease(_Record, frozen=True, kw_only=True):
    """Who drives a run. Only the holder of the newest `token` can write to it."""

    run_id: RunId
    owner: EngineId
    token: FencingToken
    expires_at: datetime


class CancelRequest(_Record, frozen=True, kw_only=True):
    """Somebody wants a run to stop; kept until it has finished."""

    run_id: RunId
    force: bool
    """At once, without the grace that tasks get to end by themselves."""
    by: str
    """For people: who asked, from where."""
    at: datetime


class Claim(_Record, frozen=True, kw_only=True):
    """An execution of a live run computes what a fingerprint stands for, at this moment or soon."""

    fingerprint: Fingerprint
    run_id: RunId
    path: TaskPath
    owner: EngineId
    """Who drives that run."""


class Bindings(_Record, frozen=True, kw_only=True):
    """Named values at one side of an execution: parameters by value, artifacts by id."""

    parameters: dict[str, Json] = field(default_factory=dict)
    artifacts: dict[str, list[ArtifactId]] = field(default_factory=dict)


class CacheKey(_Record, frozen=True, kw_only=True):
    """Everything that a fingerprint was made of, part by part: `code:features.py:clean` → a digest, …

    The names' first word is the kind of part: `code`, `environment`, `parameter`, `input`, `command`, `output`, `key`.
    """

    parts: dict[str, str] = field(default_factory=dict)


class Reuse(_Record, frozen=True, kw_only=True):
    """The earlier execution whose result was taken."""

    run_id: RunId
    path: TaskPath


class Execution(_Record, frozen=True, kw_only=True):
    """One place in a run. `(run_id, path)` is its key."""

    run_id: RunId
    path: TaskPath
    parent: TaskPath | None = None
    """The DAG or loop that holds it; None for the root."""
    order: int = 0
    """Place among all of the run's executions in the order of their creation; counts from 0."""
    task: str
    """The task's name in its DAG; an iteration has its loop's."""
    component: str
    """The component's name in the IR, e.g. `comp-train`."""
    kind: ExecutionKind
    iteration: int | None = None
    """Of the innermost loop whose body this is the root of; counts from 0."""
    state: State = State.PENDING
    attempt: int = 0
    """The number of the last attempt; counts from 1; 0 before the first."""
    failures: int = 0
    """Attempts that failed by the author's code; the retry policy counts these. A retry by hand starts anew."""
    losses: int = 0
    """Attempts that were lost because the ground gave way: a killed engine or worker."""
    fingerprint: Fingerprint | None = None
    """None where caching is off."""
    key: CacheKey | None = None
    inputs: Bindings = field(default_factory=Bindings)
    outputs: Bindings = field(default_factory=Bindings)
    reused: Reuse | None = None
    """Set when served from cache; the state is then SUCCEEDED, shown as CACHED."""
    error: TaskFailure | None = None
    not_before: datetime | None = None
    """A retry waits until then."""
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None


class Usage(_Record, frozen=True, kw_only=True):
    """What one attempt used."""

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    """User and system, children included."""
    peak_memory: int = 0
    """Bytes, the largest resident size of any of its processes."""


class Attempt(_Record, frozen=True, kw_only=True):
    """One try of an execution. `(run_id, path, number)` is its key."""

    run_id: RunId
    path: TaskPath
    number: int
    state: State
    log: str = ""
    """Where its output is: a path while it runs, an artifact URL afterwards."""
    error: TaskFailure | None = None
    usage: Usage | None = None
    started_at: datetime
    finished_at: datetime | None = None


class Artifact(_Record, frozen=True, kw_only=True):
    """Bytes that an execution produced or that were imported."""

    artifact_id: ArtifactId
    name: str
    """The output's name."""
    type: str
    """The schema title, e.g. `system.Dataset`."""
    uri: str
    digest: Digest | None = None
    """None where the bytes are somebody else's and were not read."""
    size: int = -1
    metadata: dict[str, Any] = field(default_factory=dict)
    created_at: datetime


class EventType(StrEnum):
    INPUT = "INPUT"
    OUTPUT = "OUTPUT"


class Event(_Record, frozen=True, kw_only=True):
    """An execution took or gave an artifact: the edges of lineage."""

    run_id: RunId
    path: TaskPath
    artifact_id: ArtifactId
    type: EventType
    name: str
    """The input's or output's name."""
    index: int = 0
    """Place in the list, where the input or output is a list."""


class CachedResult(_Record, frozen=True, kw_only=True):
    """What a fingerprint leads to: an execution that succeeded, and its outputs."""

    fingerprint: Fingerprint
    run_id: RunId
    path: TaskPath
    outputs: Bindings
    artifacts: dict[ArtifactId, Artifact]
    """Every artifact that `outputs` names."""
    made_at: datetime | None = None
    """When that execution finished: some tasks take no result that is older than they say."""


class Changes(_Record, frozen=True, kw_only=True):
    """One transaction: everything below is stored, or nothing is. Records replace those with the same key."""

    run: Run | None = None
    executions: list[Execution] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    artifacts: list[Artifact] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    cached: list[tuple[Fingerprint, TaskPath]] = field(default_factory=list)
    """Executions of this run that may serve as cached results from now on."""
    logged: list["Logged"] = field(default_factory=list)
    """What attempts logged: added to what they logged before."""

    def __bool__(self) -> bool:
        return bool(
            self.run or self.executions or self.attempts or self.artifacts or self.events or self.cached or self.logged
        )
