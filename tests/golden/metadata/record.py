"""Writes a database of the present schema version, and what it holds, as golden files.

Run it before the schema changes: `python tests/golden/metadata/record.py`. It writes `NNNN.sql` (the database, as
statements) and `NNNN.json` (the records that the store reads from it).
"""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct, field

from penstock.core.ids import ArtifactId, RunId
from penstock.metadata import MetadataStore, open_store
from penstock.metadata.preparing import HEAD
from penstock.metadata.records import (
    Artifact,
    Attempt,
    Bindings,
    CachedResult,
    Changes,
    Event,
    Execution,
    Lease,
    Run,
    State,
)
from penstock.metadata.registry import Approval, ModelVersion, Promotion, RegisteredModel
from penstock.metadata.sqlite import APPLICATION_ID
from penstock.metadata.tracking import Dataset, Experiment, LoggedModel, Metric, ModelMetric, TrackedRun
from penstock.testing.store_cases.samples import (
    FULL_ARTIFACT,
    FULL_ATTEMPT,
    FULL_EVENT,
    FULL_EXECUTION,
    FULL_RUN,
    FULL_VERSION,
    NOW,
    a_fingerprint,
    a_model,
    a_promotion,
    a_version,
    an_approval,
    an_artifact,
    an_attempt,
    an_execution,
    started,
)
from penstock.testing.store_cases.tracking import FULL_LOGGED, a_logged_model, a_tracked_run, an_experiment

HERE = Path(__file__).parent


class Contents(Struct, frozen=True, kw_only=True):
    """All that one small database holds."""

    runs: list[Run]
    spec: str
    lease: Lease | None
    executions: list[Execution]
    attempts: list[Attempt]
    artifacts: list[Artifact]
    events: list[Event]
    cached: CachedResult
    models: list[RegisteredModel] = field(default_factory=list)
    versions: list[ModelVersion] = field(default_factory=list)
    aliases: dict[str, int] = field(default_factory=dict)
    promotions: list[Promotion] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    experiments: list[Experiment] = field(default_factory=list)
    tracked_runs: list[TrackedRun] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    params: dict[str, dict[str, str]] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    datasets: dict[str, list[Dataset]] = field(default_factory=dict)
    logged_models: list[LoggedModel] = field(default_factory=list)
    model_metrics: dict[str, list[ModelMetric]] = field(default_factory=dict)


def read(store: MetadataStore) -> Contents:
    """What a store with the golden records holds."""
    run = RunId("full")
    executions = store.executions(run)
    experiments = store.tracking.experiments()
    tracked = store.tracking.runs([one.experiment_id for one in experiments])
    idents = [one.tracked_id for one in tracked]
    models = store.tracking.models([one.experiment_id for one in experiments])
    return Contents(
        runs=store.runs(),
        spec=store.spec(FULL_RUN.spec).decode(),
        lease=store.lease(run),
        executions=executions,
        attempts=store.attempts(run),
        artifacts=store.find_artifacts(),
        events=store.events(executions=[(run, execution.path) for execution in executions]),
        cached=store.cached([a_fingerprint(1)])[a_fingerprint(1)],
        models=store.registry.models(),
        versions=store.registry.versions(),
        aliases=store.registry.aliases("taxi"),
        promotions=store.registry.promotions("taxi"),
        approvals=store.registry.approvals(),
        experiments=experiments,
        tracked_runs=tracked,
        metrics=[
            metric
            for ident, named in store.tracking.latest_metrics(idents).items()
            for key in named
            for metric in store.tracking.history(ident, key)
        ],
        params=store.tracking.params(idents),
        tags=store.tracking.tags(idents),
        datasets=store.tracking.datasets(idents),
        logged_models=models,
        model_metrics=store.tracking.model_metrics([one.model_id for one in models]),
    )


def write(store: MetadataStore) -> None:
    """Store a record of each kind with every field set, and one with none."""
    lease = started(store, "full")
    outputs = Bindings(artifacts={"rows": [ArtifactId("a1")]})
    done = an_execution("load", "full", order=8, state=State.SUCCEEDED, fingerprint=a_fingerprint(1), outputs=outputs)
    changes = Changes(
        run=FULL_RUN,
        executions=[FULL_EXECUTION, done],
        attempts=[FULL_ATTEMPT, an_attempt("load", 1, "full")],
        artifacts=[FULL_ARTIFACT, an_artifact("a1")],
        events=[FULL_EVENT],
        cached=[(a_fingerprint(1), done.path)],
    )
    store.commit(lease, changes)
    store.commit(lease, Changes(logged=[FULL_LOGGED]))
    started(store, "bare")
    _write_registry(store)
    _write_tracking(store)


def _write_tracking(store: MetadataStore) -> None:
    store.tracking.create_experiment(an_experiment(tags={"a": "b"}))
    ident = store.tracking.create_run(
        a_tracked_run(ended_at=NOW, artifact_uri="s3://b/x"), {"mlflow.user": "me"}
    ).tracked_id
    store.tracking.create_model(a_logged_model(tracked_id=ident, params={"a": "1"}, tags={"b": "2"}))
    store.tracking.record(ident, metrics=[Metric("auc", 0.75, 3, 10, "m-1", "taxi", "ab")], params={"depth": "6"})
    store.tracking.add_inputs(ident, [Dataset(name="taxi", digest="ab", tags={"context": "training"})])


def _write_registry(store: MetadataStore) -> None:
    store.registry.create_model(a_model(description="naïve", tags={"a": "b"}))
    store.registry.add_version(a_version(artifact_id=ArtifactId("a1")))
    store.registry.add_version(FULL_VERSION)
    store.registry.move_alias(a_promotion(reason="first", evidence={"auc": 0.8}))
    store.registry.request_approval(an_approval(details={"auc": 0.8}))
    store.registry.decide("k7q2m", "approved", by="bob", note="fine", now=NOW)
    store.registry.request_approval(an_approval("open"))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "metadata.db"
        store = open_store(path)
        write(store)
        contents = read(store)
        store.close()
        with closing(sqlite3.connect(path)) as database:
            statements = [f"PRAGMA application_id = {APPLICATION_ID};", *database.iterdump()]
    (HERE / f"{HEAD}.sql").write_text("\n".join(statements) + "\n", "utf-8")
    (HERE / f"{HEAD}.json").write_bytes(msgspec.json.format(msgspec.json.encode(contents), indent=2) + b"\n")


if __name__ == "__main__":
    main()
