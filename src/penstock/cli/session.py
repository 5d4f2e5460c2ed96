"""One command's surroundings: the settings, the opened system, the screen, and what ends it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.cli.screen import Screen
from penstock.core.settings import Settings
from penstock.platform.settings import load_settings

if TYPE_CHECKING:
    from penstock.engine.plan import Plan
    from penstock.metadata.records import Run
    from penstock.metadata.store import MetadataStore
    from penstock.platform.system import System


class Session:
    """What a command works with."""

    def __init__(self, system: "System", settings: Settings, screen: Screen, *, json: bool) -> None:
        self.system = system
        self.settings = settings
        self.screen = screen
        """For people: standard error if `json`."""
        self.json = json

    @property
    def store(self) -> "MetadataStore":
        return self.system.store

    def find_run(self, text: str) -> "Run":
        """The run of that id, of which it is the start, or the `last` one."""
        return self.system.find_run(text)

    def plan(self, run: "Run") -> "Plan":
        """The pipeline of a run, indexed."""
        from penstock.engine.plan import Plan

        return Plan(self.system.document(run.spec))

    def log_place(self, log: str) -> str:
        """Where a person finds the log that a record names: its path, from the working directory if it is below."""
        from penstock.platform.report.places import log_path

        path = log_path(self.system.artifacts, log)
        if path is None:
            return log
        return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)

    def write_report(self, run: "Run", target: Path) -> None:
        """Write the HTML report of a run.

        Raises:
            FileUnwritable: There is no such folder, or it is read-only.
        """
        from penstock.platform.report import render_report
        from penstock.platform.report.reasons import reasons_for

        plan = self.plan(run)
        page = render_report(
            self.store,
            self.system.artifacts,
            run,
            lambda execution: reasons_for(self.store, run, execution, plan),
        )
        write_text(target, page)

    def write_json(self, value: Any) -> None:
        """As the function of that name."""
        write_json(value)


def write_json(value: Any) -> None:
    """Print `value` on standard output as JSON, indented; records become objects."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2)
    sys.stdout.write(text.decode() + "\n")
    sys.stdout.flush()


def write_text(target: Path, text: str) -> None:
    """Write a file that a person named.

    Raises:
        FileUnwritable: There is no such folder, it is read-only, or the disk is full.
    """
    from penstock.cli.errors import FileUnwritable

    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileUnwritable(path=str(target), reason=error.strerror or str(error)) from error


def check_writable(target: Path | None) -> None:
    """Refuse a file that is to be written at the end of something long, if it is clear already that it cannot be.

    Raises:
        FileUnwritable: It cannot be written.
    """
    if target is not None and not target.is_file():
        folder = target.parent
        reasons = {
            "it is a folder": target.is_dir(),
            "its folder does not exist": not folder.is_dir(),
            "its folder is read-only": not os.access(folder, os.W_OK),
        }
        for reason, holds in reasons.items():
            if holds:
                from penstock.cli.errors import FileUnwritable

                raise FileUnwritable(path=str(target), reason=reason)


def settings_of(home: Path | None = None, **overrides: Any) -> Settings:
    """The settings, with those of the command line that were given. The only place here that reads the environment."""
    return load_settings(os.environ, _working_folder(), home=home, **overrides)


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        from penstock.executors.errors import WorkingFolderGone

        raise WorkingFolderGone(folder=os.environ.get("PWD", "."), reason="it was removed") from None


def screen_of(settings: Settings, *, json: bool = False) -> Screen:
    """Standard output; standard error where standard output is to carry JSON and nothing else."""
    stream = sys.stderr if json else sys.stdout
    return Screen(stream, color=settings.color, dumb=os.environ.get("TERM") == "dumb")


@contextmanager
def session(home: Path | None = None, *, json: bool = False, **overrides: Any) -> Iterator[Session]:
    """Open the system for one command, and close it whatever happens."""
    from penstock.platform.system import System

    settings = settings_of(home, **overrides)
    screen = screen_of(settings, json=json)
    system = System.open(settings)
    try:
        yield Session(system, settings, screen, json=json)
    finally:
        system.close()
