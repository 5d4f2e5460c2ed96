"""`penstock conformance`: every compiled pipeline below a folder, run in fresh state, and what came of each."""

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from penstock.cli import options
from penstock.cli.command import Command

if TYPE_CHECKING:
    from penstock.platform.conformance import Plan, Verdict


@click.command(cls=Command)
@click.argument("folder", metavar="DIR", type=options.FILE)
@options.report
@click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N", help="So many at once.  [default: one per core]")
@click.option(
    "--expect", type=options.FILE, metavar="FILE", help="What should come of each: state, reason, arguments, outputs."
)
@click.option(
    "--time-limit",
    type=options.Seconds(),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="For each pipeline.",
)
@click.option("--host-commands", is_flag=True, help="Run container components as plain commands on this host.")
@click.option("--kfp", default="", metavar="VERSION", help="The kfp for all components, whatever compiled them.")
@click.option(
    "--without",
    multiple=True,
    type=click.Choice(["network", "time"]),
    help="Leave out what needs it. May be repeated.",
)
@click.option(
    "--keep", type=options.FILE, metavar="FOLDER", help="Keep the state of every run there; a folder of its own."
)
@options.quiet
@options.json
@options.home
def conformance(
    folder: Path,
    report: Path | None,
    jobs: int | None,
    expect: Path | None,
    time_limit: float,
    host_commands: bool,
    kfp: str,
    without: tuple[str, ...],
    keep: Path | None,
    quiet: bool,
    as_json: bool,
    home: Path | None,
) -> int:
    """Run every compiled pipeline below DIR, and report which pass.

    Each .yaml or .json runs in fresh state, several at once; environments are shared with the home. A pipeline should
    succeed unless --expect says otherwise; the exit code is 1 if something came out otherwise. Arguments are taken from
    NAME.args.json beside NAME.yaml.
    """
    from penstock.cli.session import check_writable, screen_of, settings_of
    from penstock.cli.verdicts import Progress, closing
    from penstock.platform.conformance import Plan, find_cases, read_expectations, run_cases
    from penstock.platform.home import prepare_home

    check_writable(report)
    settings = settings_of(home)
    prepare_home(settings.home)
    cases = find_cases(folder, read_expectations(expect) if expect is not None else None)
    plan = Plan(
        environments=settings.home / "environments",
        jobs=jobs or os.cpu_count() or 1,
        time_limit=time_limit,
        host_commands=host_commands,
        kfp=kfp,
        without=without,  # type: ignore[arg-type]
        keep=keep,
    )
    screen = screen_of(settings, json=as_json)
    began, started = time.monotonic(), datetime.now(UTC)
    progress = Progress(screen, cases, quiet=quiet)
    verdicts = run_cases(cases, plan, progress.tell)
    seconds = time.monotonic() - began
    ok = all(verdict.ok for verdict in verdicts)
    if not (quiet and ok):
        screen.print(*closing(verdicts, seconds))
    if report is not None:
        _write_report(report, folder, verdicts, plan, started, seconds)
        if not quiet:
            screen.print((("report ", "dim"), (str(report), "")))
    if as_json:
        _write_json(folder, verdicts, seconds)
    return 0 if ok else 1


def _write_report(
    target: Path, folder: Path, verdicts: "Sequence[Verdict]", plan: "Plan", started: datetime, seconds: float
) -> None:
    from penstock.cli.session import write_text
    from penstock.platform.conformance.page import render_page

    chosen = {
        "at once": str(plan.jobs),
        "container components": "host commands" if plan.host_commands else "",
        "kfp": plan.kfp,
        "without": ", ".join(plan.without),
    }
    title = folder.absolute().name or str(folder)
    write_text(target, render_page(title, verdicts, started=started, seconds=seconds, options=chosen))


def _write_json(folder: Path, verdicts: "Sequence[Verdict]", seconds: float) -> None:
    import msgspec

    from penstock.cli.session import write_json
    from penstock.platform.conformance import Summary

    summary = Summary.of(verdicts)
    write_json(
        {
            "folder": str(folder),
            "seconds": seconds,
            "counts": summary.words,
            "unexpected": summary.unexpected,
            "pipelines": [
                {
                    "name": verdict.case.name,
                    "as_expected": verdict.ok,
                    "problems": verdict.problems,
                    "expected": verdict.case.expected,
                    "arguments": verdict.case.arguments,
                    **msgspec.to_builtins(verdict.outcome),
                }
                for verdict in verdicts
            ],
        }
    )
