"""The interface of the metadata store. One public contract suite (`penstock.testing`) runs over each of its kinds."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from penstock.core.ids import ArtifactId, Digest, EngineId, Fingerprint, RunId, TaskPath
from penstock.metadata.records import (
    Artifact,
    Attempt,
    CachedResult,
    CancelRequest,
    Changes,
    Claim,
    Event,
    Execution,
    Lease,
    Run,
    State,
)

if TYPE_CHECKING:
    from penstock.metadata.registry import Registry
    from penstock.metadata.retention import Retention
    from penstock.metadata.tracked_files import TrackedFiles
    from penstock.metadata.tracking import Tracking


class MetadataStore(Protocol):
    """Runs, executions, artifacts and the events between them, durably.

    A call that returns has been stored: it survives `kill -9` and, with `durability="full"`, a power cut. A call that
    raises has stored nothing, with one exception. A server's connection may be cut while a commit waits for its
    answer; the call is then made again until it is known what became of it. If the server stays away for longer than
    the store's patience, `StoreUnreachable` is raised, and the commit may be stored all the same, as a whole. So
    nothing follows from that error: whoever resumes the run goes on from what is stored.

    Readers see whole transactions only. An instance may be used from several threads; several processes may use the
    same store. What is returned is a snapshot: frozen records. Text is any Unicode without NUL; numbers and the order
    of names are kept, but what is not finite comes back as None, because it is not JSON.

    Raises (any method):
        StoreUnavailable: The store did not answer, is read-only or full; nothing was changed.
        StoreUnreachable: Its server is away. What was being written is stored as a whole or not at all.
    """

    # --- runs -------------------------------------------------------------------------------------------

    def create_run(self, run: Run, spec: bytes) -> None:
        """Store a new run and its IR document (canonical JSON; kept once per digest, `run.spec`).

        Raises:
            RunExists: A run of that id is stored already.
        """
        ...

    def run(self, run_id: RunId) -> Run:
        """One run.

        Raises:
            RunNotFound: There is none of that id.
        """
        ...

    def runs(
        self,
        *,
        pipeline: str | None = None,
        states: Collection[State] = (),
        before: RunId | None = None,
        limit: int = 50,
    ) -> list[Run]:
        """Runs, newest first: of one pipeline and in one of `states` where those are given, older than `before`.

        Newest is by `created_at`, then by id. Raises `RunNotFound` if there is no run `before`.
        """
        ...

    def find_runs(self, prefix: str, limit: int = 10) -> list[RunId]:
        """Ids that start with `prefix`, newest first."""
        ...

    def spec(self, digest: Digest) -> bytes:
        """The IR document of that digest. Raises `SpecNotFound`."""
        ...

    # --- driving a run ----------------------------------------------------------------------------------

    def acquire(
        self, run_id: RunId, owner: EngineId, now: datetime, lease: timedelta, *, steal: EngineId | None = None
    ) -> Lease:
        """Take the right to drive a run. The lease's token is larger than any that was given for it before.

        Args:
            run_id: Which run.
            owner: Who asks. The present holder may ask again.
            now: The present time (UTC).
            lease: How long the right holds without `renew`.
            steal: Take it from this holder although its lease has not run out, because it is known to be dead. Of
                several that do so at once, one gets it: from then on somebody else is the holder.

        Raises:
            RunNotFound: There is no such run.
            RunIsDriven: Somebody else's lease holds still.
        """
        ...

    def renew(self, lease: Lease, now: datetime, duration: timedelta) -> Lease:
        """Prolong a lease that is still ours. Raises `LeaseLost` if the run changed hands."""
        ...

    def release(self, lease: Lease) -> None:
        """Give a lease back; nothing happens if it is not ours any more."""
        ...

    def lease(self, run_id: RunId) -> Lease | None:
        """The newest lease of a run that was not given back, expired or not."""
        ...

    def renew_all(self, leases: Collection[Lease], now: datetime, duration: timedelta) -> list[Lease]:
        """Prolong several leases in one transaction: those that are still ours, prolonged. The others are lost."""
        ...

    def drivable(self, now: datetime, limit: int = 100, *, dead: Collection[EngineId] = ()) -> list[Run]:
        """Unfinished runs that wait for an engine, oldest first: no lease holds, or the one that does is of `dead`."""
        ...

    def engines(self, now: datetime) -> list[EngineId]:
        """Whoever holds a lease that has not run out: each once."""
        ...

    def request_cancel(self, run_id: RunId, *, force: bool, by: str, now: datetime) -> bool:
        """Ask whoever drives a run, now or later, to stop it. The request stands until the run has finished.

        Args:
            run_id: Which run.
            force: At once. A request that is so stays so.
            by: Who asks, for people.
            now: The present time (UTC).

        Returns:
            Whether there is anything to stop: False if the run has finished already.

        Raises:
            RunNotFound: There is no such run.
        """
        ...

    def cancel_requests(self, run_ids: Collection[RunId]) -> list[CancelRequest]:
        """The requests to stop any of these runs that still stand."""
        ...

    def claim(
        self, lease: Lease, wanted: Mapping[Fingerprint, TaskPath], now: datetime, *, dead: Collection[EngineId] = ()
    ) -> dict[Fingerprint, Claim]:
        """Say that this run is about to compute `wanted`, so that no other does so at the same time.

        What no other live run computes is ours from now on; what one does is in the answer. A claim holds while
        the lease under which it was made does and its execution has neither finished nor failed and waits for
        another attempt. An unfinished execution with a fingerprint, which does not wait for another one, counts as a
        claim too. So it costs no write transaction while no other run is live.

        Args:
            lease: Of the run that asks.
            wanted: The execution that is to compute each fingerprint.
            now: The present time (UTC).
            dead: Engines that are known to be gone: what they claim does not count.

        Returns:
            What others compute. The rest of `wanted` is granted.

        Raises:
            LeaseLost: The run changed hands.
        """
        ...

    def commit(self, lease: Lease, changes: Changes) -> None:
        """Store one transaction of the run that `lease` is for: all of it or nothing.

        Raises (nothing was stored then):
            LeaseLost: The run changed hands.
            ForeignRecord: A record is of another run.
            BrokenReference: A record refers to one that is neither stored nor in `changes`.
            TextNotStorable: A text is not valid Unicode.
            RecordTooLarge: A value is larger than the database takes.
        """
        ...

    # --- reading ----------------------------------------------------------------------------------------

    def executions(self, run_id: RunId) -> list[Execution]:
        """Every execution of a run, in the order of creation."""
        ...

    def attempts(self, run_id: RunId, path: TaskPath | None = None) -> list[Attempt]:
        """The attempts of one execution, or of a whole run, oldest first."""
        ...

    def cached(self, fingerprints: Collection[Fingerprint]) -> dict[Fingerprint, CachedResult]:
        """For each fingerprint that is known: the newest execution that succeeded with it.

        Known are those that a commit's `cached` named, as long as that execution is SUCCEEDED with that fingerprint.
        """
        ...

    def forget_cached(self, fingerprints: Collection[Fingerprint]) -> None:
        """Let those fingerprints lead nowhere, because what they led to is damaged or gone."""
        ...

    def previous_executions(self, pipeline: str, component: str, before: Execution, limit: int = 20) -> list[Execution]:
        """Executions of the same component in runs of the same pipeline made before, newest first. For `explain`.

        Within a run, the one at the same path comes first. Raises `RunNotFound` if `before` is of no stored run.
        """
        ...

    def tracked(self, tracked_ids: Collection[str]) -> set[str]:
        """Which of these runs (`core.ids.tracked_id`) there are in `tracking`. Costs less than to ask there."""
        ...

    # --- artifacts and lineage --------------------------------------------------------------------------

    def artifacts(self, ids: Collection[ArtifactId]) -> dict[ArtifactId, Artifact]:
        """Those of `ids` that exist."""
        ...

    def find_artifacts(
        self,
        *,
        prefix: str = "",
        type: str | None = None,
        name: str | None = None,
        digest: Digest | None = None,
        limit: int = 50,
    ) -> list[Artifact]:
        """Artifacts, newest first: by the start of their id, by type, name, digest where given."""
        ...

    def events(
        self, *, artifacts: Collection[ArtifactId] = (), executions: Iterable[tuple[RunId, TaskPath]] = ()
    ) -> list[Event]:
        """The events that touch any of `artifacts` or any of `executions`: each once, ordered by run and path."""
        ...

    def execution(self, run_id: RunId, path: TaskPath) -> Execution | None:
        """One execution, or None."""
        ...

    # --- parts ------------------------------------------------------------------------------------------

    @property
    def registry(self) -> "Registry":
        """Registered models, who promoted them, and approvals."""
        ...

    @property
    def tracking(self) -> "Tracking":
        """Experiments, tracked runs, and what was logged to them."""
        ...

    @property
    def files(self) -> "TrackedFiles":
        """The files that clients of MLflow logged."""
        ...

    # --- upkeep -----------------------------------------------------------------------------------------

    @property
    def retention(self) -> "Retention":
        """What `penstock gc` works with."""
        ...

    def close(self) -> None:
        """Give back connections. The instance cannot be used afterwards."""
        ...
