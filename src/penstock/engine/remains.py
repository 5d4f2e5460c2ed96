"""What an attempt leaves in its folder: what it printed, and the outputs of one whose end nobody saw."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from penstock.artifacts.store import ArtifactStore
from penstock.core.faults import fault_point
from penstock.core.ids import TaskPath
from penstock.engine.events import Recover
from penstock.engine.executor import Outcome, Succeeded
from penstock.engine.orders import LOG_FILE, OUTPUT_FILE, attempt_folder
from penstock.engine.state import RunState
from penstock.ir.runtime import ExecutorOutput
from penstock.metadata.records import Execution, ExecutionKind, State, Usage

_outputs = msgspec.json.Decoder(ExecutorOutput)  # at import: made by two threads at once, it is the end of both


def keep_log(artifacts: ArtifactStore, folder: Path) -> str:
    """Put what an attempt printed into the store: its URI, or an empty text where it printed nothing."""
    log = folder / LOG_FILE
    return artifacts.put_copy(log, LOG_FILE).uri if log.exists() and log.stat().st_size else ""


def recovery(state: RunState, work: Path, artifacts: ArtifactStore) -> Recover:
    """What can be saved of the attempts that ran when their engine died.

    A launcher writes its output file last and in one step, after every artifact is stored: where it lies, only the
    news of a success was lost.
    """
    outcomes: dict[TaskPath, Outcome] = {}
    logs: dict[TaskPath, str] = {}
    for execution in running(state):
        folder = attempt_folder(work, execution.path, execution.attempt)
        logs[execution.path] = keep_log(artifacts, folder)
        with contextlib.suppress(OSError, msgspec.DecodeError):
            output = _outputs.decode((folder / OUTPUT_FILE).read_bytes())
            if _is_whole(output, artifacts):
                outcomes[execution.path] = Succeeded(output=output, usage=Usage())
    fault_point("engine.after_recovery")
    return Recover(outcomes=outcomes, logs=logs)


def _is_whole(output: ExecutorOutput, artifacts: ArtifactStore) -> bool:
    """Whether all that it names is stored still: no record names it yet, so `gc` may have taken it."""
    from penstock.metadata.retention import digest_in

    uris = [artifact.uri for listed in output.artifacts.values() for artifact in listed.artifacts]
    return all(artifacts.exists(uri) for uri in uris if digest_in(uri))


def running(state: RunState) -> Iterator[Execution]:
    """The executions that have an attempt which is not over, by the records."""
    for execution in state.executions.values():
        if execution.kind is ExecutionKind.TASK and execution.state in (State.RUNNING, State.CANCELING):
            yield execution
