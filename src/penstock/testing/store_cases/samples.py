"""Records to store: small ones to vary, and one of each kind in which every field is set."""

from datetime import UTC, datetime, timedelta
from typing import Any

from penstock.core.ids import ArtifactId, Digest, EngineId, Fingerprint, RunId, TaskPath
from penstock.ir.runtime import TaskFailure
from penstock.metadata.records import (
    Artifact,
    Attempt,
    Bindings,
    CacheKey,
    Event,
    EventType,
    Execution,
    ExecutionKind,
    Lease,
    Reuse,
    Run,
    State,
    Usage,
)
from penstock.metadata.registry import Approval, ModelVersion, Promotion, RegisteredModel
from penstock.metadata.store import MetadataStore

NOW = datetime(2026, 11, 21, 17, 45, 1, 234567, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SPEC = b'{"pipelineInfo":{"name":"taxi"}}'
ENGINE = EngineId("host:1:2026")
OTHER = EngineId("host:2:2026")
ROOT = TaskPath("")

TEXTS = [
    "plain",
    "",
    " around ",
    "O'Brien said \"it's 100%_sure\"",
    "naïve café, 日本語, עברית",
    "😀 👩‍👩‍👧 𝔘𝔫𝔦",
    "back\\slash, new\nline, tab\t, \x01\x1f\x7f",
    ":run_id ? $1 %s %(name)s {x}",
    "'); DROP TABLE runs; --",
    "123",
    "null",
]
"""Awkward, and none of them special."""

FAILURE = TaskFailure(
    kind="task",
    code="LAU007",
    message="ValueError: 😀",
    hint="look at 'rows'",
    traceback='File "a.py", line 1\n',
    details={"exit": 3, "nested": {"list": [1, 2.0, None, True]}},
)


def a_run(run_id: str = "r1", **fields: Any) -> Run:
    """A run of the pipeline `taxi`."""
    values: dict[str, Any] = {"pipeline": "taxi", "spec": Digest("sha256:spec"), "created_at": NOW} | fields
    return Run(run_id=RunId(run_id), **values)


def an_execution(path: str = "train", run_id: str = "r1", **fields: Any) -> Execution:
    """A task of the root DAG."""
    values: dict[str, Any] = {
        "parent": ROOT,
        "task": path,
        "component": f"comp-{path}",
        "kind": ExecutionKind.TASK,
        "created_at": NOW,
    } | fields
    return Execution(run_id=RunId(run_id), path=TaskPath(path), **values)


def an_attempt(path: str = "train", number: int = 1, run_id: str = "r1", **fields: Any) -> Attempt:
    """A running attempt."""
    values: dict[str, Any] = {"state": State.RUNNING, "started_at": NOW} | fields
    return Attempt(run_id=RunId(run_id), path=TaskPath(path), number=number, **values)


def an_artifact(artifact_id: str = "a1", **fields: Any) -> Artifact:
    """A dataset called `rows`."""
    values: dict[str, Any] = {
        "name": "rows",
        "type": "system.Dataset",
        "uri": f"file:///{artifact_id}",
        "created_at": NOW,
    } | fields
    return Artifact(artifact_id=ArtifactId(artifact_id), **values)


def an_event(artifact_id: str = "a1", path: str = "train", run_id: str = "r1", **fields: Any) -> Event:
    """An execution gave an artifact."""
    values: dict[str, Any] = {"type": EventType.OUTPUT, "name": "rows"} | fields
    return Event(run_id=RunId(run_id), path=TaskPath(path), artifact_id=ArtifactId(artifact_id), **values)


def a_fingerprint(number: int = 1) -> Fingerprint:
    return Fingerprint(f"{number:064x}")


def started(store: MetadataStore, run_id: str = "r1", owner: EngineId = ENGINE, **fields: Any) -> Lease:
    """Create a run and take its lease."""
    store.create_run(a_run(run_id, **fields), SPEC)
    return store.acquire(RunId(run_id), owner, NOW, MINUTE)


FULL_RUN = a_run(
    "full",
    display_name="Taxi 😀",
    state=State.FAILED,
    parameters={"rate": 0.1, "big": 2**70, "none": None, "list": [1, 1.0, {"a": []}], "text": "it's"},
    options={"cache": False},
    started_at=NOW + MINUTE,
    finished_at=NOW + 2 * MINUTE,
    error=FAILURE,
    source="examples/taxi/pipeline.py:taxi",
)

FULL_EXECUTION = an_execution(
    "for-loop-1[2].train",
    "full",
    parent=TaskPath("for-loop-1[2]"),
    order=7,
    iteration=2,
    state=State.FAILED,
    attempt=3,
    failures=2,
    losses=1,
    fingerprint=a_fingerprint(9),
    key=CacheKey(parts={"code:features.py:clean": "ab", "parameter:rate": "0.1"}),
    inputs=Bindings(
        parameters={"rate": 0.1, "big": -(2**70)}, artifacts={"rows": [ArtifactId("a1"), ArtifactId("a2")]}
    ),
    outputs=Bindings(parameters={"score": 1}, artifacts={"model": [ArtifactId("a3")], "none": []}),
    reused=Reuse(run_id=RunId("r0"), path=TaskPath("for-loop-1[1].train")),
    error=FAILURE,
    not_before=NOW + MINUTE,
    started_at=NOW + 2 * MINUTE,
    finished_at=NOW + 3 * MINUTE,
)

FULL_ATTEMPT = an_attempt(
    FULL_EXECUTION.path,
    3,
    "full",
    state=State.FAILED,
    log="file:///logs/train.log",
    error=FAILURE,
    usage=Usage(wall_seconds=1.5, cpu_seconds=0.25, peak_memory=2**40),
    finished_at=NOW + MINUTE,
)

FULL_ARTIFACT = an_artifact(
    "a3",
    name="model",
    type="system.Model",
    digest=Digest("sha256:" + "0" * 64),
    size=2**40,
    metadata={"rows": 3, "ratio": 1.0, "columns": ["a", {"b": None}]},
)

FULL_EVENT = an_event("a3", FULL_EXECUTION.path, "full", name="model", index=4)

# --- the registry -------------------------------------------------------------------------------------------


def a_model(name: str = "taxi", **fields: Any) -> RegisteredModel:
    """A model without a version."""
    values: dict[str, Any] = {"created_at": NOW, "updated_at": NOW} | fields
    return RegisteredModel(name=name, **values)


def a_version(name: str = "taxi", **fields: Any) -> ModelVersion:
    """A version that waits for its number."""
    values: dict[str, Any] = {"uri": "file:///models/taxi", "created_at": NOW, "updated_at": NOW} | fields
    return ModelVersion(name=name, **values)


def a_promotion(after: int | None = 1, name: str = "taxi", alias: str = "champion", **fields: Any) -> Promotion:
    """A line for the log."""
    values: dict[str, Any] = {"by": "ada", "at": NOW} | fields
    return Promotion(name=name, alias=alias, after=after, **values)


def an_approval(approval_id: str = "k7q2m", **fields: Any) -> Approval:
    """A question that nobody has answered."""
    values: dict[str, Any] = {
        "subject": "taxi/3",
        "role": "model-validator",
        "run_id": RunId("r1"),
        "path": TaskPath("approve"),
        "requested_at": NOW,
    } | fields
    return Approval(approval_id=approval_id, **values)


FULL_VERSION = a_version(
    uri="s3://bucket/models/taxi 😀",
    digest=Digest("sha256:" + "1" * 64),
    run_id=RunId("r1"),
    path=TaskPath("for-loop-1[2].train"),
    status="REFUSED",
    status_reason="auc 0.6 is below 0.7",
    description="naïve\nand long",
    tags={"stage": "test", "": "empty", "日本": "😀"},
    tracked_run="0" * 32,
    created_by="ada",
)


def registered(store: MetadataStore, count: int = 1, name: str = "taxi") -> None:
    """A model with that many versions."""
    store.registry.create_model(a_model(name))
    for _ in range(count):
        store.registry.add_version(a_version(name))
