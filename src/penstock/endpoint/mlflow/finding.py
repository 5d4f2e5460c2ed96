"""Finding what a client names: an experiment or a run, which may be one of a pipeline that nobody asked for yet."""

from penstock.core.clock import Clock
from penstock.core.ids import TaskPath
from penstock.endpoint.credentials import Caller
from penstock.metadata.store import MetadataStore
from penstock.metadata.tracking import DEFAULT_EXPERIMENT, Experiment, TrackedRun, tracked_id
from penstock.metadata.tracking_errors import AlreadyTracked, NotTracked

DEFAULT_NAME = "Default"


class Finder:
    """Looks up, and makes what exists as soon as somebody asks for it."""

    def __init__(self, store: MetadataStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def run(self, ident: str, caller: Caller | None) -> TrackedRun:
        """A run. That of the task which asks, and that of its pipeline run, are made now if they are not there.

        Raises:
            NotTracked: There is no such run.
        """
        try:
            return self._store.tracking.run(ident)
        except NotTracked:
            if caller is None:
                raise
            for path in (caller.path, TaskPath("")):
                if tracked_id(caller.run_id, path) == ident:
                    return self._store.tracking.of_execution(caller.run_id, path)
            raise

    def experiment(self, ident: str) -> Experiment:
        """An experiment by its id. The default one is there always. Raises `NotTracked`."""
        try:
            return self._store.tracking.experiment(ident)
        except NotTracked:
            if ident != DEFAULT_EXPERIMENT:
                raise
            return self._default()

    def named(self, name: str, caller: Caller | None) -> Experiment:
        """An experiment by its name; that of the pipeline which asks is made now. Raises `NotTracked`."""
        found = self._store.tracking.experiments(name=name)
        if not found and caller is not None:
            self._store.tracking.of_execution(caller.run_id, TaskPath(""))
            found = self._store.tracking.experiments(name=name)
        if not found and name == DEFAULT_NAME:
            return self._default()
        if not found:
            raise NotTracked(kind="experiment", ident=name)
        return found[0]

    def everything(self) -> None:
        """Before a search: have all that exists on record."""
        self._store.tracking.adopt()

    def _default(self) -> Experiment:
        now = self._clock.now()
        made = Experiment(experiment_id=DEFAULT_EXPERIMENT, name=DEFAULT_NAME, created_at=now, updated_at=now)
        try:
            self._store.tracking.create_experiment(made)
        except AlreadyTracked:
            return self._store.tracking.experiment(DEFAULT_EXPERIMENT)  # somebody else made it, or has its name
        return made
