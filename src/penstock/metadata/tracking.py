"""What was logged while things ran: the store's side of `penstock.log_metrics` and of MLflow's protocol.

```
Experiment ──► TrackedRun ──► Metric (a history for each key), parameters, tags, datasets
                  │  ▲ parent        LoggedModel
                  └──┘
```

A pipeline run is one tracked run in the experiment that bears the pipeline's name, and each of its executions that
logged anything is a child of that. Their rows are made when somebody logs or asks, so a run that logs nothing costs
nothing; their status and times are those of the pipeline's records, read when asked for. All others are made by
clients of MLflow's protocol, who say themselves how they ended.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct, field

from penstock.core.ids import RunId, TaskPath, tracked_id

__all__ = [
    "DEFAULT_EXPERIMENT",
    "LOST_LINES",
    "REFUSED",
    "Dataset",
    "Experiment",
    "Lifecycle",
    "Logged",
    "LoggedModel",
    "Metric",
    "ModelLink",
    "ModelMetric",
    "Tags",
    "TrackedRun",
    "TrackedStatus",
    "Tracking",
    "tracked_id",
]

Lifecycle: TypeAlias = Literal["active", "deleted"]
Tags: TypeAlias = dict[str, str]

DEFAULT_EXPERIMENT = "0"
"""MLflow's experiment for those who name none, `Default`. Whoever serves its protocol makes it when it is asked for."""

REFUSED = "penstock.refused."
"""Before the name of a parameter: the tag with the value that was logged after another one, and refused."""
LOST_LINES = "penstock.lost_lines"
"""The tag with the number of lines that an attempt logged and nobody could read."""


class TrackedStatus(StrEnum):
    """How it stands with a tracked run, in MLflow's words."""

    RUNNING = "RUNNING"
    SCHEDULED = "SCHEDULED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"


class Experiment(Struct, frozen=True, kw_only=True):
    """Runs that belong together: of one pipeline, or whatever a client of MLflow called so."""

    experiment_id: str
    name: str
    artifact_location: str = ""
    """Where its runs keep files, if not at the usual place."""
    lifecycle: Lifecycle = "active"
    tags: Tags = field(default_factory=dict)
    created_at: datetime
    updated_at: datetime


class TrackedRun(Struct, frozen=True, kw_only=True):
    """One run as MLflow knows runs: a pipeline run, an execution in one, or what a client began by itself."""

    tracked_id: str
    """32 hex digits: MLflow's `run_id`."""
    experiment_id: str
    name: str = ""
    status: TrackedStatus = TrackedStatus.RUNNING
    lifecycle: Lifecycle = "active"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    deleted_at: datetime | None = None
    artifact_uri: str = ""
    """Empty: the usual place."""
    parent: str = ""
    """Its parent's `tracked_id`."""
    run_id: RunId | None = None
    """The pipeline run that it belongs to, with which it is removed; None for those of plain clients."""
    path: TaskPath | None = None
    """Its execution there, `""` for the pipeline run itself; None for what a client began beside those."""

    @property
    def linked(self) -> bool:
        """Whether its status and times are those of an execution, whatever a client says."""
        return self.path is not None


class Metric(Struct, frozen=True, gc=False):
    """One point. The same key, step, time and value twice is one point."""

    key: str
    value: float
    """NaN and infinities are kept."""
    step: int = 0
    at: int = 0
    """Microseconds since 1970, UTC."""
    model_id: str = ""
    """The logged model that it says something of."""
    dataset_name: str = ""
    dataset_digest: str = ""


class Dataset(Struct, frozen=True, kw_only=True):
    """A dataset that a run used, as MLflow describes such."""

    name: str
    digest: str
    source_type: str = ""
    source: str = ""
    schema: str = ""
    profile: str = ""
    tags: Tags = field(default_factory=dict)
    """E.g. `mlflow.data.context`: what it was used for."""


class ModelLink(Struct, frozen=True, kw_only=True):
    """A run took or gave a logged model."""

    model_id: str
    kind: Literal["input", "output"]
    step: int = 0


class LoggedModel(Struct, frozen=True, kw_only=True):
    """A model that a client of MLflow logged."""

    model_id: str
    experiment_id: str
    tracked_id: str = ""
    """The run that it came from."""
    name: str
    artifact_uri: str = ""
    status: str = "PENDING"
    """`PENDING`, `READY` or `FAILED`."""
    status_message: str = ""
    model_type: str = ""
    lifecycle: Lifecycle = "active"
    params: dict[str, str] = field(default_factory=dict)
    tags: Tags = field(default_factory=dict)
    created_at: datetime
    updated_at: datetime


class ModelMetric(Struct, frozen=True, kw_only=True):
    """A metric of a logged model, and the run that logged it."""

    tracked_id: str
    metric: Metric


class Logged(Struct, frozen=True, kw_only=True):
    """What one attempt of an execution logged, or a part of it: stored with a commit of its run."""

    path: TaskPath
    attempt: int
    metrics: list[Metric] = field(default_factory=list)
    params: dict[str, str] = field(default_factory=dict)
    """One that has another value already keeps it; a tag tells what was refused."""
    tags: Tags = field(default_factory=dict)


class Tracking(Protocol):
    """The part of a metadata store that keeps what was logged.

    Calls are atomic and may come from any thread. They raise `StoreUnavailable` as all of the store does, and
    `TextNotStorable` for text that is not valid Unicode.
    """

    # --- experiments ------------------------------------------------------------------------------------

    def create_experiment(self, experiment: Experiment) -> None:
        """Store a new one. Raises `AlreadyTracked` if its id or name is taken, be it by one that is deleted."""
        ...

    def experiment(self, experiment_id: str) -> Experiment:
        """One experiment, deleted or not. Raises `NotTracked`."""
        ...

    def experiments(self, *, name: str | None = None) -> list[Experiment]:
        """All, deleted ones too, the last one made first; or only the one that is called `name`."""
        ...

    def update_experiment(
        self,
        experiment_id: str,
        now: datetime,
        *,
        name: str | None = None,
        lifecycle: Lifecycle | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> Experiment:
        """Change what is given; a tag to None is removed. With an experiment its runs are deleted and restored; those
        that were deleted by themselves stay so.

        Raises:
            NotTracked: There is none of that id.
            AlreadyTracked: Another one has that name.
        """
        ...

    # --- runs -------------------------------------------------------------------------------------------

    def create_run(self, run: TrackedRun, tags: Mapping[str, str] | None = None) -> TrackedRun:
        """Store a run that a client begins. If its parent belongs to a pipeline run, so does it.

        Raises:
            NotTracked: There is no such experiment.
            AlreadyTracked: There is one of that id.
        """
        ...

    def of_execution(self, run_id: RunId, path: TaskPath) -> TrackedRun:
        """The tracked run of a pipeline run (`path` is empty) or of an execution, which may not have started yet.

        It is made, with its experiment and its parent, if it is not there. Raises `RunNotFound`.
        """
        ...

    def adopt(self, *, pipeline: str | None = None) -> None:
        """Make the tracked runs of all pipeline runs that have none, or of those of one pipeline: for searches."""
        ...

    def run(self, tracked_id: str) -> TrackedRun:
        """One run, deleted or not. Raises `NotTracked`."""
        ...

    def runs(self, experiment_ids: Collection[str]) -> list[TrackedRun]:
        """All runs of these experiments, deleted ones too, those that started last first."""
        ...

    def runs_of(self, run_id: RunId) -> list[TrackedRun]:
        """All that belong to a pipeline run, the oldest first. None are made."""
        ...

    def update_run(
        self,
        tracked_id: str,
        now: datetime,
        *,
        name: str | None = None,
        status: TrackedStatus | None = None,
        ended_at: datetime | None = None,
        lifecycle: Lifecycle | None = None,
    ) -> TrackedRun:
        """Change what is given. Status and end of a linked run are its execution's: they are left as they are.

        Raises `NotTracked`.
        """
        ...

    # --- logging ----------------------------------------------------------------------------------------

    def record(
        self,
        tracked_id: str,
        *,
        metrics: Sequence[Metric] = (),
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> None:
        """Add metrics, parameters and tags to a run, in one transaction; a tag to None is removed.

        What an earlier attempt of its execution logged under the same name, at the same step or a later one, is
        replaced, and so is a parameter.

        Raises (nothing is stored then):
            NotTracked: There is no such run, or it is deleted.
            ParameterChanged: A parameter has another value already.
        """
        ...

    def add_inputs(self, tracked_id: str, datasets: Sequence[Dataset] = (), models: Sequence[ModelLink] = ()) -> None:
        """Say which datasets and models a run took or gave; the same again has no effect. Raises as `record`."""
        ...

    # --- reading what was logged ------------------------------------------------------------------------

    def params(self, tracked_ids: Collection[str]) -> dict[str, dict[str, str]]:
        """The parameters of each run that has any, by name in order. Those of a pipeline run are its parameters."""
        ...

    def tags(self, tracked_ids: Collection[str]) -> dict[str, Tags]:
        """The tags of each run that has any, by name in order."""
        ...

    def latest_metrics(self, tracked_ids: Collection[str]) -> dict[str, dict[str, Metric]]:
        """Of each run that has any, and of each key, the last point: of the largest step, then the latest."""
        ...

    def history(
        self, tracked_id: str, key: str, *, after: Metric | None = None, limit: int | None = None
    ) -> list[Metric]:
        """The points of one metric, by step, time and value; `limit` of them at most, from behind `after` on."""
        ...

    def datasets(self, tracked_ids: Collection[str]) -> dict[str, list[Dataset]]:
        """The datasets of each run that has any."""
        ...

    def model_links(self, tracked_ids: Collection[str]) -> dict[str, list[ModelLink]]:
        """The logged models that each run took or gave."""
        ...

    # --- logged models ----------------------------------------------------------------------------------

    def create_model(self, model: LoggedModel) -> None:
        """Store a new one. If its run belongs to a pipeline run, so does it.

        Raises `NotTracked`, `AlreadyTracked`.
        """
        ...

    def model(self, model_id: str) -> LoggedModel:
        """One model, deleted or not. Raises `NotTracked`."""
        ...

    def models(self, experiment_ids: Collection[str]) -> list[LoggedModel]:
        """All models of these experiments, deleted ones too, the last one made first."""
        ...

    def update_model(
        self,
        model_id: str,
        now: datetime,
        *,
        status: str | None = None,
        status_message: str | None = None,
        lifecycle: Lifecycle | None = None,
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> LoggedModel:
        """Change what is given, add parameters and tags; a tag to None is removed. Raises `NotTracked`."""
        ...

    def model_metrics(self, model_ids: Collection[str]) -> dict[str, list[ModelMetric]]:
        """Of each logged model, of each key and dataset, the last point that any run logged for it."""
        ...
