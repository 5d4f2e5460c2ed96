"""A registry on a store of its own, and models to register."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from penstock.artifacts import ArtifactStore, open_artifact_store
from penstock.metadata import MetadataStore, open_store
from penstock.metadata.records import Artifact, Changes
from penstock.registry import ModelRegistry
from penstock.testing.clock import FakeClock
from penstock.testing.store_cases.samples import an_artifact, an_event, an_execution, started


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MetadataStore]:
    opened = open_store(tmp_path / "penstock.db", durability="normal")
    yield opened
    opened.close()


@pytest.fixture
def artifacts(tmp_path: Path) -> ArtifactStore:
    return open_artifact_store(tmp_path / "artifacts", durability="normal")


@pytest.fixture
def registry(store: MetadataStore, artifacts: ArtifactStore, clock: FakeClock) -> ModelRegistry:
    return ModelRegistry(store, artifacts, clock)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An MLflow model from elsewhere."""
    place = tmp_path / "elsewhere" / "model"
    place.mkdir(parents=True)
    (place / "MLmodel").write_text("flavors: {}\n")
    (place / "model.bin").write_bytes(b"weights")
    return place


@pytest.fixture
def trained(store: MetadataStore, artifacts: ArtifactStore, folder: Path) -> Callable[[str], Artifact]:
    """The model that the task `train` of a run gave."""

    def train(run_id: str = "r1") -> Artifact:
        stored = artifacts.put_copy(folder, "model")
        artifact = an_artifact(
            f"a-{run_id}", name="model", type="system.Model", uri=stored.uri, digest=stored.digest, size=stored.size
        )
        event = an_event(artifact.artifact_id, "train", run_id, name="model")
        changes = Changes(executions=[an_execution("train", run_id)], artifacts=[artifact], events=[event])
        lease = started(store, run_id)
        store.commit(lease, changes)
        store.release(lease)
        return artifact

    return train
