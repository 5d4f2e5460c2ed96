"""What may go and what must stay: the store's side of `penstock gc`.

A run is removed as a whole, with its executions, attempts, events, and the artifacts that no other run refers to.
Where a run that stays has reused one of its results, that run inherits the entry in the cache: it has events of its
own for what it reused, so that the lineage of what stays is whole. The bytes that nothing names any more are not
removed here but *condemned*: `platform.retention` knows when nobody can refer to them any more.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Literal, Protocol, TypeAlias

import msgspec
from msgspec import Struct

from penstock.core.ids import Digest, RunId
from penstock.core.json import Json
from penstock.metadata import retention_statements as sql
from penstock.metadata import rows
from penstock.metadata import statements as runs_sql
from penstock.metadata.records import State
from penstock.metadata.repeating import repeatable
from penstock.metadata.session import Connections, Session
from penstock.metadata.tracking_heirs import hand_on

HoldKind: TypeAlias = Literal["artifact", "run"]


class Hold(Struct, frozen=True, kw_only=True):
    """Somebody wants an artifact or a run kept, with all that it was made from."""

    kind: HoldKind
    target: str
    """The artifact's or the run's id."""
    holder: str = "person"
    """Who: a person at the command line, or, say, a registered model."""
    note: str = ""
    created_at: datetime


class RunFacts(Struct, frozen=True, kw_only=True):
    """What retention asks of a run."""

    run_id: RunId
    pipeline: str
    state: State
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    driven: bool
    """Whether somebody's lease on it holds."""
    inputs: list[str]
    """URIs of the files that it was given."""


class Removed(Struct, frozen=True, kw_only=True):
    """What `remove_runs` took away."""

    runs: list[RunId]
    kept: list[RunId]
    """Runs that somebody has begun to drive or to keep since they were chosen."""
    artifacts: int
    """How many artifact records went."""


class Retention(Protocol):
    """The part of a metadata store that `penstock gc` works with. Raises `StoreUnavailable` as all of it does."""

    def runs(self, now: datetime) -> list[RunFacts]:
        """Every run, oldest first."""
        ...

    def uses(self) -> Iterator[tuple[RunId, str]]:
        """Pairs of a run, and the URI of an artifact that it took or gave, or of a log of its attempts."""
        ...

    def referenced(self) -> Iterator[str]:
        """Every URI that any record names: artifacts, logs, inputs of runs, registered versions, logged files."""
        ...

    def registered(self) -> Iterator[str]:
        """The URIs of registered versions, whether an artifact has them too or not, and of files logged beside runs."""
        ...

    def holds(self) -> list[Hold]:
        """What is to be kept, oldest first."""
        ...

    def hold(self, hold: Hold) -> None:
        """Keep something until `release`."""
        ...

    def release(self, kind: HoldKind, target: str, holder: str = "person") -> bool:
        """End a hold; False if there was none."""
        ...

    def held_runs(self) -> set[RunId]:
        """Runs that are held, and of each artifact that is held the first that gave it: with it, all of its lineage."""
        ...

    def remove_runs(self, runs: Sequence[RunId], now: datetime) -> Removed:
        """Remove runs, in one transaction, in the order given: newest first, so that those inherit that stay.

        A run that is not finished, driven, or held is left as it is. Bytes that it named are condemned.
        """
        ...

    def end_lapsed(self, now: datetime) -> None:
        """Take away every lease that has run out. Whoever held it may only be slow, and must not come back with what
        it looked up before bytes went: it loses its run, as it would have if another engine had been quicker.
        """
        ...

    def condemned(self) -> dict[Digest, datetime]:
        """Bytes that no record named, with when that was first seen."""
        ...

    def condemn(self, digests: Collection[Digest], at: datetime) -> None:
        """Remember since when no record names some bytes; an earlier time stays."""
        ...

    def acquit(self, digests: Collection[Digest]) -> None:
        """Forget about condemned bytes, because they are gone or named again."""
        ...


class SqlRetention:
    """A `Retention` on any database that has a dialect."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @property
    def patience(self) -> float:
        """For how many seconds a call is made again while the store is away."""
        return self._connections.patience

    @repeatable
    def runs(self, now: datetime) -> list[RunFacts]:
        present = rows.time_text(now)
        with self._connections.reading() as session:
            found = session.rows(sql.LIST_RUNS)
        return [_facts(row, present) for row in found]

    @repeatable
    def uses(self) -> Iterator[tuple[RunId, str]]:
        with self._connections.reading() as session:
            found = session.rows(sql.LIST_ARTIFACT_USES) + session.rows(sql.LIST_LOGS) + session.rows(sql.LIST_FILES)
        return ((row[0], row[1]) for row in found if row[0] is not None)

    @repeatable
    def referenced(self) -> Iterator[str]:
        with self._connections.reading() as session:
            uris = session.rows(sql.LIST_ARTIFACT_URIS)
            logs = session.rows(sql.LIST_LOGS)
            runs = session.rows(sql.LIST_RUNS)
            files = session.rows(sql.LIST_FILES)
        inputs = chain.from_iterable(_inputs(row[6]) for row in runs)
        named = chain((row[0] for row in uris), (row[1] for row in logs), (row[1] for row in files))
        return chain(named, inputs, self.registered())

    @repeatable
    def registered(self) -> Iterator[str]:
        with self._connections.reading() as session:
            found = session.rows(sql.LIST_VERSION_URIS)
            files = session.rows(sql.LIST_FILES)
        return chain((row[0] for row in found), (uri for run_id, uri in files if run_id is None))

    @repeatable
    def holds(self) -> list[Hold]:
        with self._connections.reading() as session:
            found = session.rows(sql.LIST_HOLDS)
        return [_hold(row) for row in found]

    @repeatable
    def hold(self, hold: Hold) -> None:
        values = msgspec.structs.asdict(hold) | {"created_at": rows.time_text(hold.created_at)}
        with self._connections.writing() as session:
            session.execute(sql.UPSERT_HOLD, values)

    def release(self, kind: HoldKind, target: str, holder: str = "person") -> bool:
        return self._release(kind, target, holder, [])

    @repeatable
    def _release(self, kind: HoldKind, target: str, holder: str, found: list[bool]) -> bool:
        with self._connections.writing() as session:
            found.append(session.row(sql.DELETE_HOLD, kind=kind, target=target, holder=holder) is not None)
        return any(found)

    @repeatable
    def held_runs(self) -> set[RunId]:
        with self._connections.reading() as session:
            found = {RunId(row[1]) for row in session.rows(sql.RUNS_OF_HELD_ARTIFACTS)}
            held = session.rows(sql.LIST_HOLDS)
        return found | {RunId(row[1]) for row in held if row[0] == "run"}

    def remove_runs(self, runs: Sequence[RunId], now: datetime) -> Removed:
        return self._remove_runs(runs, now, {})

    @repeatable
    def _remove_runs(self, runs: Sequence[RunId], now: datetime, tried: dict[RunId, int]) -> Removed:
        present = rows.time_text(now)
        removed: list[RunId] = []
        artifacts = 0
        with self._connections.writing() as session:
            session.exclude_writers()  # so that nothing that is about to go is referred to meanwhile
            for run_id in runs:
                went = _remove_run(session, run_id, present)
                if went is None and run_id in tried and session.row(runs_sql.SELECT_RUN, run_id=run_id) is None:
                    went = tried[run_id]  # it went the first time, of which we have not heard
                if went is not None:
                    removed.append(run_id)
                    artifacts += went
                    tried[run_id] = went  # from here on, it may be gone although this fails
        gone = set(removed)
        return Removed(runs=removed, kept=[run_id for run_id in runs if run_id not in gone], artifacts=artifacts)

    @repeatable
    def end_lapsed(self, now: datetime) -> None:
        with self._connections.writing() as session:
            session.execute(sql.END_LAPSED, {"now": rows.time_text(now)})

    @repeatable
    def condemned(self) -> dict[Digest, datetime]:
        with self._connections.reading() as session:
            return {row[0]: datetime.fromisoformat(row[1]) for row in session.rows(sql.LIST_CONDEMNED)}

    @repeatable
    def condemn(self, digests: Collection[Digest], at: datetime) -> None:
        with self._connections.writing() as session:
            _condemn(session, digests, rows.time_text(at))

    @repeatable
    def acquit(self, digests: Collection[Digest]) -> None:
        with self._connections.writing() as session:
            session.execute_for_each(sql.ACQUIT, list(digests))


def digest_in(uri: str) -> Digest | None:
    """The digest of the stored object that a URI names; None if it names something else."""
    parts = uri.rsplit("/", 4)
    if len(parts) < 4 or parts[-4] != "objects" or len(parts[-2]) != 64 or not parts[-2].startswith(parts[-3]):
        return None
    return Digest(f"sha256:{parts[-2]}")


def _remove_run(session: Session, run_id: RunId, present: str) -> int | None:
    """Remove one run; how many records of artifacts went with it, or None if it stays."""
    if session.row(sql.SELECT_REMOVABLE, run_id=run_id, now=present) is not None:
        hand_on(session, run_id)
    named = [row[0] for row in session.rows(sql.ARTIFACTS_OF_RUN, run_id=run_id)]
    logs = [row[0] for row in session.rows(sql.LOGS_OF_RUN, run_id=run_id)]
    files = [row[0] for row in session.rows(sql.FILES_OF_RUN, run_id=run_id)]
    heirs = {row[0]: row for row in session.rows(sql.HEIRS_OF_RUN, run_id=run_id)}  # of several, the newest
    for fingerprint, heir, path, made_at in heirs.values():
        values = {"fingerprint": fingerprint, "run_id": heir, "path": path, "made_at": made_at}
        session.execute(sql.INHERIT_CACHED_RESULT, values)
    gone = session.row(sql.DELETE_RUN, run_id=run_id, now=present)
    if gone is None:
        return None
    session.execute(sql.DELETE_SPEC, {"digest": gone[0]})
    found = (session.row(sql.DELETE_ARTIFACT, artifact_id=artifact) for artifact in named)
    uris = [row[0] for row in found if row is not None]
    digests = {digest for uri in (*uris, *logs, *files, *_inputs(gone[1])) if (digest := digest_in(uri))}
    _condemn(session, digests, present)
    return len(uris)


def _condemn(session: Session, digests: Collection[Digest], at: str) -> None:
    session.execute_many(sql.CONDEMN, [{"digest": digest, "condemned_at": at} for digest in sorted(digests)])


def _facts(row: rows.Row, present: str) -> RunFacts:
    run_id, pipeline, state, created, started, finished, options, expires = row
    return RunFacts(
        run_id=run_id,
        pipeline=pipeline,
        state=State(state),
        created_at=datetime.fromisoformat(created),
        started_at=datetime.fromisoformat(started) if started else None,
        finished_at=datetime.fromisoformat(finished) if finished else None,
        driven=expires is not None and expires > present,
        inputs=_inputs(options),
    )


def _inputs(options: str) -> list[str]:
    kept: dict[str, Json] = msgspec.json.decode(options)
    inputs = kept.get("inputs")
    if not isinstance(inputs, dict):
        return []
    each = chain.from_iterable(facts if isinstance(facts, list) else [facts] for facts in inputs.values())
    return [uri for facts in each if isinstance(facts, dict) and isinstance(uri := facts.get("uri"), str)]


def _hold(row: rows.Row) -> Hold:
    kind, target, holder, note, created = row
    return Hold(kind=kind, target=target, holder=holder, note=note, created_at=datetime.fromisoformat(created))
