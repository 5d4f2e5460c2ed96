"""Where the folders of one run are: what its attempts write below, and the workspace that its tasks share."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from penstock.core.errors import UserError
from penstock.core.ids import RunId
from penstock.engine.orders import work_folder
from penstock.engine.plan import Plan
from penstock.metadata.records import Run


@dataclass(kw_only=True, eq=False)
class WorkspaceUnusable(UserError, OSError):
    """The folder that a run's tasks are to share cannot be made."""

    code: ClassVar[str] = "PLA060"
    folder: str
    reason: str

    def message(self) -> str:
        return f"the folder {self.folder!r} cannot be the run's workspace: {self.reason}"

    def hint(self) -> str:
        return "name a folder that you may write to: `penstock run --workspace FOLDER`"


def run_places(home: Path, run: Run, plan: Plan) -> dict[str, str]:
    """The run's folders by the names of their placeholders; the workspace is made if a task may use it.

    A run has a workspace of its own below the home, unless a person named a folder for it. That folder is theirs:
    nothing here ever removes it, or anything in it.

    Raises:
        WorkspaceUnusable: The workspace cannot be made.
    """
    workspace = workspace_folder(home, run)
    if plan.uses_workspace:
        try:
            workspace.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceUnusable(folder=str(workspace), reason=error.strerror or str(error)) from error
    return {"pipeline_root": str(work_folder(home, run.run_id)), "workspace_path": str(workspace)}


def check_workspace(named: str, cwd: Path) -> None:
    """Refuse a folder of a person's that cannot be the workspace of a run, before there is a run.

    Raises:
        WorkspaceUnusable: It is no folder, or it is not there and cannot be made.
    """
    if not named:
        return
    place = folder = Path(cwd, named).absolute()
    while not os.path.lexists(place):
        place = place.parent
    if not place.is_dir():
        raise WorkspaceUnusable(folder=str(folder), reason="it is no folder" if place == folder else "Not a directory")
    if not os.access(place, os.W_OK | os.X_OK):
        raise WorkspaceUnusable(folder=str(folder), reason="Permission denied")


def workspace_folder(home: Path, run: Run) -> Path:
    """The folder that `{{$.workspace_path}}` stands for."""
    named = run.options.get("workspace")
    if isinstance(named, str) and named:
        return Path(str(run.options.get("cwd") or "."), named).absolute()
    return own_workspace(home, run.run_id)


def own_workspace(home: Path, run: RunId) -> Path:
    """The workspace below the home: the run's own, which goes when the run's record goes."""
    return home.absolute() / "workspaces" / run
