"""Why an execution was executed, or served from cache: its cache key, compared with that of an earlier one."""

from enum import StrEnum

from msgspec import Struct

from penstock.metadata.records import CacheKey, Execution, ExecutionKind, Reuse, Run, State
from penstock.metadata.store import MetadataStore

_LOOKED_AT = 100
"""How many earlier executions are considered, at most."""


class Verdict(StrEnum):
    """The answer in one word."""

    CACHED = "CACHED"
    """Served from cache: nothing that its result depends on differs from `earlier`."""
    CHANGED = "CHANGED"
    """Executed, because `changes` differ from `earlier`, the newest that it can be compared with."""
    NO_RESULT = "NO_RESULT"
    """Executed, although nothing differs from `earlier`: that one left no result that could be taken (any more)."""
    STALE = "STALE"
    """Executed, because the result of `earlier`, from which nothing differs, was older than is taken."""
    FIRST = "FIRST"
    """Executed, because no earlier execution is on record that it could be compared with."""
    CACHING_OFF = "CACHING_OFF"
    """Executed, because caching was off for it; then nothing is compared."""
    WAITING = "WAITING"
    """Not executed: `earlier` computes the same at this moment, and its result is waited for."""
    NOT_RUN = "NOT_RUN"
    """Not executed, or not yet: it waits, was skipped, or the run ended before."""
    NO_TASK = "NO_TASK"
    """A DAG, a loop or an importer; those are never cached."""


class Change(StrEnum):
    """What happened to a part."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


class PartChange(Struct, frozen=True, kw_only=True):
    """One part of the key that differs."""

    kind: str
    """`code`, `environment`, `parameter`, `input`, `command`, `output`, …: the first word of the part's name."""
    name: str
    """The rest of it, e.g. `features.py:clean`; empty where a kind has one part only."""
    change: Change
    old: str | None = None
    """As it stands in the earlier key: a short value, or a digest. None if it was added."""
    new: str | None = None
    """As it stands in this key. None if it was removed."""


class Explanation(Struct, frozen=True, kw_only=True):
    """Why, in values; how to say it is the reader's."""

    verdict: Verdict
    earlier: Reuse | None = None
    """The execution that it was served from or compared with."""
    earlier_state: State | None = None
    """How that one ended; None if it is not on record any more."""
    changes: tuple[PartChange, ...] = ()
    """What differs, ordered by kind (code first) and name."""
    age: float | None = None
    """Seconds; how old the result of `earlier` was, where that was too old."""


def explain(store: MetadataStore, run: Run, execution: Execution, *, fresh_for: float | None = None) -> Explanation:
    """Say why `execution`, which belongs to `run`, was executed or not.

    It is compared with the newest earlier execution of the same component in the same pipeline that a result could
    have been taken from: one at the same place rather than elsewhere, one that succeeded rather than one that did not.

    Args:
        store: Where earlier runs are.
        run: The run.
        execution: Which one.
        fresh_for: Seconds; older results are not taken for it.

    Raises:
        RunNotFound: The run is not stored.
    """
    if execution.kind is not ExecutionKind.TASK:
        return Explanation(verdict=Verdict.NO_TASK)
    if execution.reused is not None and execution.state in (State.SUCCEEDED, State.PENDING):
        source = store.execution(execution.reused.run_id, execution.reused.path)
        state = source.state if source else None
        if execution.state is State.PENDING:
            return Explanation(verdict=Verdict.WAITING, earlier=execution.reused, earlier_state=state)
        return Explanation(verdict=Verdict.CACHED, earlier=execution.reused, earlier_state=state)
    if execution.key is None:
        return Explanation(verdict=Verdict.CACHING_OFF if execution.attempt else Verdict.NOT_RUN)
    earlier = _comparable(store, run, execution)
    if earlier is None:
        return Explanation(verdict=Verdict.FIRST)
    changes = compare(earlier.key or CacheKey(), execution.key)
    age = None if changes else _age(store, earlier, execution)
    stale = age is not None and fresh_for is not None and age > fresh_for
    return Explanation(
        verdict=Verdict.CHANGED if changes else Verdict.STALE if stale else Verdict.NO_RESULT,
        earlier=Reuse(run_id=earlier.run_id, path=earlier.path),
        earlier_state=earlier.state,
        changes=changes,
        age=age if stale else None,
    )


def _age(store: MetadataStore, earlier: Execution, execution: Execution) -> float | None:
    """Seconds from when the result of an earlier execution was made to the start of this one."""
    made = earlier
    if earlier.reused is not None:
        made = store.execution(earlier.reused.run_id, earlier.reused.path) or earlier
    if made.state is not State.SUCCEEDED or made.finished_at is None:
        return None
    return ((execution.started_at or execution.created_at) - made.finished_at).total_seconds()


def compare(old: CacheKey, new: CacheKey) -> tuple[PartChange, ...]:
    """The parts that differ between two keys, ordered by kind (code first) and name."""
    names = {name for name in old.parts.keys() | new.parts.keys() if old.parts.get(name) != new.parts.get(name)}
    return tuple(sorted((_part_change(name, old, new) for name in names), key=_rank))


def _part_change(name: str, old: CacheKey, new: CacheKey) -> PartChange:
    kind, _, rest = name.partition(":")
    before, after = old.parts.get(name), new.parts.get(name)
    change = Change.ADDED if before is None else Change.REMOVED if after is None else Change.CHANGED
    return PartChange(kind=kind, name=rest, change=change, old=before, new=after)


_KINDS = (
    "code", "component", "command", "image", "cache", "environment", "env", "variable", "parameter", "file", "data",
    "input", "output", "key",
)  # fmt: skip


def _rank(change: PartChange) -> tuple[int, str, str]:
    place = _KINDS.index(change.kind) if change.kind in _KINDS else len(_KINDS)
    return place, change.kind, change.name


def _comparable(store: MetadataStore, run: Run, execution: Execution) -> Execution | None:
    """The earlier execution that says most: of an equal key, else as near as there is one."""
    found = store.previous_executions(run.pipeline, execution.component, execution, limit=_LOOKED_AT)
    keyed = [earlier for earlier in found if earlier.key is not None]

    def distance(earlier: Execution) -> tuple[bool, bool, bool, bool]:
        return (
            earlier.fingerprint != execution.fingerprint,
            _function(earlier) != _function(execution),  # another component of that name, in another file
            earlier.path != execution.path,
            earlier.state is not State.SUCCEEDED,
        )

    return min(keyed, key=distance, default=None)


def _function(execution: Execution) -> str | None:
    return None if execution.key is None else execution.key.parts.get("component")
