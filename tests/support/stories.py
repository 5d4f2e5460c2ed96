"""An author's project, run by the real command, and what came of it as the author would read it in Python."""

from pathlib import Path
from types import TracebackType

from penstock.artifacts import open_artifact_store
from penstock.metadata import open_store
from penstock.platform.finding import find_run
from penstock.platform.handle import RunResult
from support.projects import Ended, Project


class Author(Project):
    """A project whose runs can be looked into."""

    def __init__(self, folder: Path, **files: str) -> None:
        super().__init__(folder, **files)
        self.ended: Ended
        """The last command."""
        self._opened: list[RunResult] = []

    def run(
        self, target: str, *arguments: str, code: int = 0, env: dict[str, str] | None = None, within: str = "."
    ) -> RunResult:
        """`penstock run`, which has to end with that exit code."""
        self.ended = self.penstock("run", target, *arguments, timeout=60, env=env, within=within)
        assert self.ended.code == code, self.ended
        return self.find("last")

    def find(self, run: str) -> RunResult:
        """A run on record."""
        store = open_store(self.home / "penstock.db")
        artifacts = open_artifact_store(self.home / "artifacts")
        found = RunResult(store, artifacts, find_run(store, run))
        self._opened.append(found)
        return found

    def says(self, *arguments: str, code: int = 0) -> str:
        """What a command prints; it has to end with that exit code."""
        ended = self.penstock(*arguments, timeout=60)
        assert ended.code == code, ended
        return ended.out

    def __enter__(self) -> "Author":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for run in self._opened:
            run._store.close()


def executed(run: RunResult) -> set[str]:
    """The tasks that ran, by path."""
    return {path for path, task in run.tasks.items() if task.attempts}


def states(run: RunResult) -> dict[str, str]:
    """The state of every task by path."""
    return {path: task.state for path, task in run.tasks.items()}
