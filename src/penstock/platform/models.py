"""Registered models as a person names them: a run's model, a reference, a date; and replaying a package."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from penstock.core.errors import UserError
from penstock.core.ids import RunId
from penstock.metadata.records import Artifact, Event, EventType
from penstock.metadata.store import MetadataStore
from penstock.platform.finding import find_artifact, find_run, find_task, is_within

if TYPE_CHECKING:
    from penstock.platform.system import System
    from penstock.registry.models import Replayed

_MODEL = "system.Model"


@dataclass(kw_only=True, eq=False)
class ModelOfRunUnclear(UserError, LookupError):
    """A run was named for its model, and gave none, or several."""

    code: ClassVar[str] = "PLA070"
    run: str
    candidates: list[str] = field(default_factory=list)
    """`artifact (task)` for each."""

    def message(self) -> str:
        if not self.candidates:
            return f"run {self.run!r} gave no model"
        return f"run {self.run!r} gave {len(self.candidates)} models: {', '.join(self.candidates[:6])}"

    def hint(self) -> str:
        if self.candidates:
            return "name one of them by its id, or by its task: `RUN/TASK`"
        return "`penstock artifacts list --type Model` shows the models that there are"


@dataclass(kw_only=True, eq=False)
class DateUnreadable(UserError, ValueError):
    """A text is neither a date nor a time."""

    code: ClassVar[str] = "PLA071"
    text: str

    def message(self) -> str:
        return f"{self.text[:80]!r} is neither a date nor a time"

    def hint(self) -> str:
        return "write 2026-03-01 for a day, or 2026-03-01T14:30 for a moment (with Z or +02:00 for another zone)"


def find_model(store: MetadataStore, text: str) -> Artifact | str:
    """What a person wants registered: an artifact, or the place of a folder.

    Args:
        store: Where runs and artifacts are.
        text: An artifact's id or the start of one; `last` or a run's id, for the model that it gave; with `/TASK`
            behind it, for the one that this task gave; or a folder or URL.

    Raises:
        ModelOfRunUnclear: The run gave none, or several.
        NoSuchRun, TaskNotFound, ArtifactNotFound: There is no such thing.
    """
    if "://" in text or text.startswith((".", "/", "~")) or Path(text).is_dir():
        return text if "://" in text else str(Path(text).expanduser().absolute())
    run, _, task = text.partition("/")
    if run != "last" and not run[:1].isdigit():
        return find_artifact(store, text)
    run_id = find_run(store, run).run_id
    return _model_of(store, run_id, task)


def _model_of(store: MetadataStore, run_id: RunId, task: str) -> Artifact:
    executions = [execution for execution in store.executions(run_id) if execution.parent is not None]
    if task:
        within = find_task(run_id, executions, task).path
        executions = [execution for execution in executions if is_within(execution.path, within)]
    gave: dict[str, Event] = {}
    for event in store.events(executions=[(run_id, execution.path) for execution in executions]):
        if event.type is EventType.OUTPUT:
            gave.setdefault(event.artifact_id, event)
    artifacts = store.artifacts([event.artifact_id for event in gave.values()])
    models = [artifact for artifact in artifacts.values() if artifact.type == _MODEL]
    if len(models) != 1:
        named = sorted(f"{model.artifact_id} ({gave[model.artifact_id].path})" for model in models)
        raise ModelOfRunUnclear(run=f"{run_id}/{task}" if task else run_id, candidates=named)
    return models[0]


def parse_day(text: str) -> date | datetime:
    """A date, or a moment. Raises `DateUnreadable`."""
    plain = text.strip()
    try:
        return date.fromisoformat(plain) if len(plain) <= 10 else datetime.fromisoformat(plain)
    except ValueError:
        raise DateUnreadable(text=text) from None


def replayed(system: "System", model: Artifact | str, budget: float, *, trust: bool = False) -> "Replayed | None":
    """What comes of loading a model in a clean environment made from its lock; None if that cannot be done here.

    A folder that is not there, or is no model, is passed over: registering it says so.
    """
    from penstock import models
    from penstock.artifacts.outside import read_outside
    from penstock.core.errors import PenstockError
    from penstock.registry.packages import local

    replay = getattr(models, "replay", None)
    if replay is None:
        return None
    try:
        if isinstance(model, Artifact):
            folder = local(system.artifacts, model.uri, model.artifact_id)
        else:
            folder = read_outside(model, system.artifacts.staging())
    except PenstockError:
        return None
    outcome: Replayed = replay(folder, budget, trust=trust)
    return outcome
