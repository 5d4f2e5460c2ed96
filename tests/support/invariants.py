"""What must hold of the stores after whatever happened, once all runs are over."""

from penstock.artifacts.store import ArtifactStore
from penstock.metadata.records import ExecutionKind, State
from penstock.metadata.store import MetadataStore


def check_invariants(store: MetadataStore, artifacts: ArtifactStore) -> None:
    """Nothing is stuck, nothing finished ran twice, nothing is half-written. Raises `AssertionError`."""
    for run in store.runs():
        for execution in store.executions(run.run_id):
            assert execution.state.finished, (execution.path, execution.state)
            states = [attempt.state for attempt in store.attempts(run.run_id, execution.path)]
            assert all(state.finished for state in states), (execution.path, states)
            expected = execution.kind is ExecutionKind.TASK and execution.reused is None
            assert states.count(State.SUCCEEDED) == (expected and execution.state is State.SUCCEEDED), states
            assert State.SUCCEEDED not in states[:-1], (execution.path, states)
    for artifact in store.find_artifacts(limit=1000):
        assert artifact.digest is not None
        assert artifacts.verify(artifact.uri, artifact.digest), artifact
