"""`penstock gc`: what may go by a policy of retention, and, if one says so, its removal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from penstock.cli import options
from penstock.cli.command import Command

if TYPE_CHECKING:
    from penstock.cli.text import Line
    from penstock.platform.retention import Policy, Sweep

_SHOWN = 12
"""Runs that are listed one by one; `--json` has all."""


@click.command(cls=Command)
@click.option("--older-than", metavar="AGE", help="Remove runs that finished longer ago, e.g. 30d or 12h.")
@click.option(
    "--keep-last",
    type=click.IntRange(min=0),
    metavar="N",
    help="Keep the newest N finished runs of each pipeline. Without another rule, remove all others.",
)
@click.option(
    "--max-size", metavar="SIZE", help="Remove the oldest runs until the artifacts of the others fit, e.g. 50GB."
)
@click.option("--pipeline", metavar="NAME", help="Remove only runs of this pipeline.")
@click.option("--apply", "apply", is_flag=True, help="Do it. Without this, only say what would be done.")
@options.json
@options.home
def gc(
    older_than: str | None,
    keep_last: int | None,
    max_size: str | None,
    pipeline: str | None,
    apply: bool,
    as_json: bool,
    home: Path | None,
) -> int:
    """Remove old runs, and the bytes that nothing refers to.

    Without a rule, no run goes: only what a crash has left behind. What a run refers to that goes on or stays, and
    what somebody keeps (`runs keep`, `artifacts keep`), is never removed.
    """
    from penstock.cli.session import session

    policy = _policy(older_than, keep_last, max_size, pipeline)
    with session(home, json=as_json) as opened:
        collector = opened.system.collector
        sweep = collector.perform(policy) if apply else collector.plan(policy)
        if as_json:
            opened.write_json(_record(sweep, applied=apply))
        opened.screen.print(*_lines(sweep, policy, opened.screen.width, applied=apply, now=opened.system.clock.now()))
    return 0


def _policy(older_than: str | None, keep_last: int | None, max_size: str | None, pipeline: str | None) -> "Policy":
    from penstock.platform.retention import Policy

    return Policy(
        older_than=None if older_than is None else timedelta(seconds=_seconds(older_than)),
        keep_last=keep_last,
        max_size=None if max_size is None else _bytes(max_size),
        pipeline=pipeline,
    )


def _seconds(text: str) -> float:
    from penstock.dsl.durations import parse_duration
    from penstock.platform.retention import PolicyInvalid

    try:
        seconds = parse_duration(text)
        _ = datetime.now(UTC) - timedelta(seconds=seconds)
    except ValueError as error:
        raise PolicyInvalid(rule="--older-than", value=text, reason=str(error)) from error
    except OverflowError as error:
        raise PolicyInvalid(rule="--older-than", value=text, reason="it is longer than any run is old") from error
    return seconds


def _bytes(text: str) -> int:
    from penstock.dsl.durations import parse_memory
    from penstock.platform.retention import PolicyInvalid

    number = text.replace(" ", "").removesuffix("B").removesuffix("b").replace("k", "K")  # as `penstock` prints sizes
    try:
        return parse_memory(int(number) if number.isdigit() else number)
    except (ValueError, OverflowError) as error:
        reason = str(error).replace("memory", "bytes")
        raise PolicyInvalid(rule="--max-size", value=text, reason=reason) from error


def _record(sweep: "Sweep", *, applied: bool) -> dict[str, object]:
    return {
        "applied": applied,
        "runs": sweep.removed,
        "stay": sweep.selection.stay,
        "bytes_stored": sweep.total,
        "bytes_freed": sweep.freed,
        "bytes_waiting": sweep.waiting,
        "objects": sweep.objects,
        "working_folders": len(sweep.leftovers),
        "bytes_over": sweep.selection.over,
    }


def _lines(sweep: "Sweep", policy: "Policy", width: int, *, applied: bool, now: datetime) -> "list[Line]":
    from penstock.cli.text import line
    from penstock.platform.report.words import size

    lines = _table(sweep, width, now)
    verb = "removed" if applied else "would remove"
    runs, objects = _count(len(sweep.removed), "run"), _count(sweep.objects, "artifact")
    freed = f"{runs}, {objects}, {size(sweep.freed)} of {size(sweep.total)}"
    if sweep.removed or sweep.objects:
        lines.append(line((f"{verb} ", "bold"), freed))
    else:
        lines.append(line(("nothing to remove", "bold"), f"; {size(sweep.total)} are stored"))
    if sweep.leftovers:
        lines.append(line("  and ", _count(len(sweep.leftovers), "working folder"), " of runs that are over"))
    if sweep.waiting:
        words = "goes at the next `penstock gc --apply` after the runs that go on now"
        lines.append(line(("  ", ""), (size(sweep.waiting), "warn"), f" more {words}"))
    if sweep.selection.over:
        lines.append(
            line(("  ", ""), (size(sweep.selection.over), "warn"), " too much remains: runs that must stay name it")
        )
    lines += _stays(sweep)
    if not policy.has_rules:
        lines.append(line(("  no run goes without a rule: --older-than, --keep-last, --max-size", "dim")))
    if not applied and (sweep.removed or sweep.objects or sweep.leftovers):
        lines.append(line(("  nothing was changed; `--apply` does it", "dim")))
    return lines


def _table(sweep: "Sweep", width: int, now: datetime) -> "list[Line]":
    from penstock.cli.text import columns, line
    from penstock.cli.watch.rows import sign, state_span
    from penstock.platform.report.words import duration, one_line

    facts = {run.run_id: run for run in sweep.runs}
    rows = []
    for run_id in sweep.removed[:_SHOWN]:
        run = facts[run_id]
        age = duration((now - (run.finished_at or run.created_at)).total_seconds())
        name, when = line((one_line(run.pipeline), "bold")), line((f"{age} ago", "dim"))
        rows.append([line("  ", run_id), line(sign(run.state), " ", state_span(run.state)), name, when])
    lines = columns(rows, limit=width, shrink=((2, 8),))
    if len(sweep.removed) > _SHOWN:
        lines.append(line((f"  and {len(sweep.removed) - _SHOWN} older ones", "dim")))
    return lines


def _stays(sweep: "Sweep") -> "list[Line]":
    """How many runs stay, and why."""
    from collections import Counter

    from penstock.cli.text import line

    counts = Counter(sweep.selection.stay.values())
    if not counts:
        return []
    reasons = ", ".join(f"{count} {reason}" for reason, count in counts.most_common())
    return [
        line(
            (
                f"  {_count(sum(counts.values()), 'run')} stay{'s' if sum(counts.values()) == 1 else ''}: {reasons}",
                "dim",
            )
        )
    ]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
