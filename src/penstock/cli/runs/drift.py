"""Says, before a run goes on, that its project has changed since it began."""

from typing import TYPE_CHECKING

from penstock.cli.text import Line, line
from penstock.platform.report.words import one_line

if TYPE_CHECKING:
    from penstock.cli.session import Session
    from penstock.metadata.records import Run

_MANY = 5


def say_drift(session: "Session", run: "Run") -> None:
    """Name what differs from what the run began with; say nothing where nothing does."""
    from penstock.platform.drift import drift_of

    drift = drift_of(session.system, run)
    if drift is None:
        return
    lines: list[Line] = []
    if drift.problem is not None:
        reason = one_line(drift.problem.message().split("\n", 1)[0])
        lines.append(
            line(("note: ", "warn"), f"{one_line(run.source)} has changed, and does not compile now: {reason}")
        )
    elif drift.files or not drift.packages:
        what = _listed(drift.files) if drift.files else "the pipeline"
        lines.append(line(("note: ", "warn"), f"{what} changed since this run began"))
    if not drift.packages or drift.files:
        command = f"`penstock run {one_line(run.source)}`"
        lines.append(
            line((f"  the run goes on with the code that it began with; {command} runs what is there now", "dim"))
        )
    if drift.packages:
        lines.append(line(("note: ", "warn"), f"installed since this run began: {_listed(drift.packages)}"))
    session.screen.print(*lines)


def _listed(names: list[str]) -> str:
    more = len(names) - _MANY
    return ", ".join(one_line(name) for name in names[:_MANY]) + (f" and {more} more" if more > 0 else "")
