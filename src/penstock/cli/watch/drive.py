"""Drives a run to its end while showing it: what `run`, `resume` and `retry` have in common."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from msgspec import Struct, structs

from penstock.cli.session import Session
from penstock.cli.text import line
from penstock.cli.watch.events import EventPrinter
from penstock.cli.watch.notes import note_lines
from penstock.cli.watch.progress import Progress
from penstock.cli.watch.summary import quiet_failure, summary_lines
from penstock.engine.plan import Plan
from penstock.ir.spec import PipelineDocument
from penstock.metadata.records import Changes, Run, State
from penstock.platform.report.facts import outputs_of
from penstock.platform.report.words import one_line


class Show(Struct, frozen=True, kw_only=True):
    """How much of a run to show."""

    quiet: bool = False
    picture: bool = True
    """Whether there may be a live picture: not where tasks use the terminal themselves."""
    report: Path | None = None
    """Where to write the HTML report."""


Go: TypeAlias = Callable[[Callable[[Changes], None]], Run]
"""Drives a run to its end; its argument is to be called with each stored transaction."""


def drive(session: Session, run: Run, document: PipelineDocument, go: Go, show: Show) -> int:
    """Let `go` drive `run` to its end while showing it; returns the exit code.

    Args:
        session: The command's surroundings.
        run: As it is before.
        document: Its pipeline.
        go: What drives it.
        show: How much to show.
    """
    store, screen = session.store, session.screen
    fresh = run.started_at is None
    progress = Progress(
        run,
        Plan(document),
        () if fresh else store.executions(run.run_id),
        () if fresh else store.attempts(run.run_id),
    )
    with _watching(session, progress, show) as on_change, _nothing_but_json(session):
        finished = go(on_change)
    progress.run = finished
    if not show.quiet:
        screen.print(*summary_lines(progress, store, screen.width, session.log_place))
    elif finished.state is not State.SUCCEEDED:
        screen.print(quiet_failure(progress, screen.width))
    if show.report is not None:
        session.write_report(finished, show.report)
        if not show.quiet:
            screen.print(line(("report ", "dim"), str(show.report)))
    if session.json:
        session.write_json(run_as_json(session, progress))
    return 0 if finished.state is State.SUCCEEDED else 130 if finished.state is State.CANCELED else 1


def submit_only(session: Session, run: Run) -> int:
    """The run is for an engine to drive: say its id, and nothing else, for scripts."""
    if session.json:
        session.write_json(run)
    else:
        session.screen.print(line(run.run_id))
    return 0


def run_as_json(session: Session, progress: Progress) -> dict[str, Any]:
    """The run's record, with its outputs and the number of tasks in each state."""
    root = progress.tree.root
    outputs = outputs_of(session.store, root.latest) if root is not None else []
    return {
        **structs.asdict(progress.run),
        "outputs": {item.name: item.artifacts if item.is_artifact else item.value for item in outputs},
        "tasks": {word: count for word, count in progress.tree.steps.items() if count},
    }


@contextmanager
def _watching(session: Session, progress: Progress, show: Show) -> Iterator[Callable[[Changes], None]]:
    """What to call with each transaction. Nothing is shown before the first: a refused run was never watched."""
    watchers: list[Watcher] = []

    def on_change(changes: Changes) -> None:
        try:
            if not watchers:
                watchers.append(_watcher(session, progress, show))
            watchers[0](changes)
        except OSError:  # the screen takes no more; a run does not end for that
            watchers[:] = [_Silent(progress)]
            progress.take(changes)

    try:
        yield on_change
    finally:
        for watcher in watchers:
            watcher.close()


def _nothing_but_json(session: Session) -> AbstractContextManager[object]:
    """Standard output is for the record alone, and a task that runs inline may print."""
    return redirect_stdout(sys.stderr) if session.json else nullcontext()


class Watcher(Protocol):
    """Takes in each transaction, and shows it in its own way."""

    def __call__(self, changes: Changes) -> None: ...

    def close(self) -> None: ...


def _watcher(session: Session, progress: Progress, show: Show) -> Watcher:
    """The way of showing that fits the screen."""
    if show.quiet:
        return _Silent(progress)
    run = progress.run
    source = f"  {one_line(run.source)}" if run.source else ""
    session.screen.print(line(("run ", "dim"), run.run_id, "  ", (one_line(run.pipeline), "bold"), (source, "dim")))
    if run.started_at is None:
        session.screen.print(*note_lines(run))
    if session.screen.terminal and show.picture:
        from penstock.cli.watch.live import LivePicture
        from penstock.core.clock import SystemClock

        return LivePicture(session.screen, progress, SystemClock())
    return EventPrinter(session.screen, progress)


class _Silent:
    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def __call__(self, changes: Changes) -> None:
        self.progress.take(changes)

    def close(self) -> None:
        pass
