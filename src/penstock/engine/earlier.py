"""Results of the run that another one is a rerun of: taken over, place by place, where the inputs are the same.

This is not the cache: it holds also for tasks whose caching is off, and in runs that take no results from it. The
new run says of each such task whence its result is, as for one from the cache.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

from penstock.core.ids import ArtifactId, Fingerprint, RunId, TaskPath
from penstock.engine.events import CacheAnswered, LookUpCache
from penstock.engine.reuse import RERUN_OF, is_anew
from penstock.engine.state import RunState
from penstock.metadata.records import Artifact, Bindings, CachedResult, Execution, ExecutionKind, State
from penstock.metadata.store import MetadataStore


class EarlierRun:
    """The run that `state` is a rerun of; read when it is first asked for."""

    def __init__(self, state: RunState, store: MetadataStore) -> None:
        self._state = state
        self._store = store

    def answer(self, asked: Sequence[LookUpCache]) -> list[CacheAnswered]:
        """Those of `asked` whose results are taken over."""
        answers = (self._answer(command.path) for command in asked)
        return [answer for answer in answers if answer is not None]

    def _answer(self, path: TaskPath) -> CacheAnswered | None:
        execution, earlier = self._state.executions[path], self._executions.get(path)
        if earlier is None or is_anew(self._state.run, path) or earlier.component != execution.component:
            return None
        if not self._same(execution.inputs, earlier.inputs):
            return None
        ids = list(_named(earlier.outputs))
        if any(ident not in self._artifacts for ident in ids):
            return None
        origin = earlier.reused
        hit = CachedResult(
            fingerprint=earlier.fingerprint or Fingerprint(""),
            run_id=origin.run_id if origin else earlier.run_id,
            path=origin.path if origin else earlier.path,
            outputs=earlier.outputs,
            artifacts={ident: self._artifacts[ident] for ident in ids},
        )
        return CacheAnswered(path=path, fingerprint=earlier.fingerprint, key=earlier.key, hit=hit, earlier=True)

    @cached_property
    def _executions(self) -> dict[TaskPath, Execution]:
        run = RunId(str(self._state.run.options[RERUN_OF]))
        return {
            execution.path: execution
            for execution in self._store.executions(run)
            if execution.kind is ExecutionKind.TASK and execution.state is State.SUCCEEDED
        }

    @cached_property
    def _artifacts(self) -> dict[ArtifactId, Artifact]:
        ids = {
            ident
            for execution in self._executions.values()
            for bindings in (execution.inputs, execution.outputs)
            for ident in _named(bindings)
        }
        return self._store.artifacts(ids) if ids else {}

    def _same(self, new: Bindings, old: Bindings) -> bool:
        """Equal parameters, and artifacts that hold the same bytes."""
        if new.parameters != old.parameters or new.artifacts.keys() != old.artifacts.keys():
            return False
        return all(
            len(ids) == len(old.artifacts[name])
            and all(self._alike(one, other) for one, other in zip(ids, old.artifacts[name], strict=True))
            for name, ids in new.artifacts.items()
        )

    def _alike(self, new: ArtifactId, old: ArtifactId) -> bool:
        one, other = self._state.artifacts.get(new), self._artifacts.get(old)
        if new == old or one is None or other is None:
            return new == old
        return one.digest is not None and (one.type, one.digest) == (other.type, other.digest)


def _named(bindings: Bindings) -> Iterable[ArtifactId]:
    for ids in bindings.artifacts.values():
        yield from ids
