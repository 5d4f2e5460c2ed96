"""Finding the run, the task and the artifact that a person means."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import ClassVar

from penstock.core.errors import UserError
from penstock.core.ids import ArtifactId, RunId
from penstock.metadata.records import Artifact, Execution, Run
from penstock.metadata.store import MetadataStore


@dataclass(kw_only=True, eq=False)
class NoSuchRun(UserError, LookupError):
    """No run, or more than one, is meant by a text."""

    code: ClassVar[str] = "PLA013"
    text: str
    candidates: list[str] = field(default_factory=list)

    def message(self) -> str:
        if self.candidates:
            return f"{self.text!r} is the start of {len(self.candidates)} runs: {', '.join(self.candidates)}"
        return f"there is no run {self.text!r}" if self.text != "last" else "there is no run yet"

    def hint(self) -> str:
        return "type more of the id" if self.candidates else "`penstock runs list` shows what exists"


@dataclass(kw_only=True, eq=False)
class TaskNotFound(UserError, KeyError):
    """The run has no task of that path or name."""

    code: ClassVar[str] = "PLA003"
    task: str
    run: str
    known: list[str]

    def message(self) -> str:
        return f"run '{self.run}' has no task `{self.task}`"

    def hint(self) -> str:
        if not self.known:
            return "it has no tasks yet"
        close = get_close_matches(self.task, self.known, 1, 0.5)
        return f"did you mean `{close[0]}`?" if close else f"it has {_listed(self.known)}"


@dataclass(kw_only=True, eq=False)
class TaskAmbiguous(UserError, KeyError):
    """Several tasks of the run go by that name; its path says which."""

    code: ClassVar[str] = "PLA004"
    task: str
    run: str
    paths: list[str]

    def message(self) -> str:
        return f"run '{self.run}' has {len(self.paths)} tasks named `{self.task}`"

    def hint(self) -> str:
        return f"give the path: {_listed(self.paths)}"


@dataclass(kw_only=True, eq=False)
class ArtifactNotFound(UserError, KeyError):
    """No artifact, or more than one, goes by that id."""

    code: ClassVar[str] = "PLA005"
    artifact: str
    candidates: list[str]

    def message(self) -> str:
        if self.candidates:
            return f"several artifacts start with '{self.artifact}'"
        return f"there is no artifact '{self.artifact}'"

    def hint(self) -> str:
        if self.candidates:
            return f"give more of the id: {_listed(self.candidates)}"
        return "`penstock artifacts list` shows what exists"


def find_run(store: MetadataStore, text: str) -> Run:
    """The run with that id, the only one whose id starts so, or the newest for `last`.

    Raises:
        NoSuchRun: There is none, or the text is not unique.
    """
    if text == "last":
        newest = store.runs(limit=1)
        if not newest:
            raise NoSuchRun(text=text)
        return newest[0]
    found = store.find_runs(text, limit=4) if text else []
    if text in found:
        return store.run(RunId(text))
    if len(found) != 1:
        raise NoSuchRun(text=text, candidates=list(found))
    return store.run(found[0])


def find_task(run: RunId, executions: Iterable[Execution], text: str) -> Execution:
    """The execution of that path, or the only one of a task of that name.

    Raises:
        TaskNotFound: There is none; the hint names the closest.
        TaskAmbiguous: Several tasks have that name.
    """
    named = [execution for execution in executions if execution.parent is not None]
    for execution in named:
        if execution.path == text:
            return execution
    found = [execution for execution in named if execution.task == text and execution.iteration is None]
    if len(found) == 1:
        return found[0]
    if found:
        raise TaskAmbiguous(task=text, run=run, paths=[execution.path for execution in found])
    known = list(dict.fromkeys([*(item.task for item in named), *(item.path for item in named)]))
    raise TaskNotFound(task=text, run=run, known=known)


def is_within(path: str, holder: str) -> bool:
    """Whether the execution at `path` is that at `holder`, or inside it."""
    return path == holder or not holder or path.startswith((f"{holder}.", f"{holder}["))


def find_artifact(store: MetadataStore, text: str) -> Artifact:
    """The artifact of that id, or the only one whose id starts so.

    Raises:
        ArtifactNotFound: There is none, or there are several.
    """
    exact = store.artifacts([ArtifactId(text)])
    if exact:
        return next(iter(exact.values()))
    found = store.find_artifacts(prefix=text, limit=5) if text else []
    if len(found) != 1:
        raise ArtifactNotFound(artifact=text, candidates=[artifact.artifact_id for artifact in found])
    return found[0]


def _listed(names: list[str], limit: int = 8) -> str:
    more = f", … ({len(names)} in all)" if len(names) > limit else ""
    return ", ".join(f"`{name}`" for name in names[:limit]) + more
