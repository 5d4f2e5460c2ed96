"""`runs keep` and `artifacts keep`: what retention leaves alone."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from penstock.cli import options
from penstock.cli.command import Command

if TYPE_CHECKING:
    from penstock.cli.session import Session
    from penstock.metadata.retention import Hold, HoldKind
    from penstock.metadata.store import MetadataStore

_note = click.option("--note", default="", metavar="TEXT", help="Why; for people.")
_release = click.option("--release", is_flag=True, help="Keep it no longer.")


@click.command("keep", cls=Command)
@options.run_id
@_note
@_release
@options.home
def keep_run(run: str, note: str, release: bool, home: Path | None) -> int:
    """Have `penstock gc` leave a run alone, with all its artifacts."""
    from penstock.cli.session import session

    with session(home) as opened:
        _keep(opened, "run", opened.find_run(run).run_id, note, release=release)
    return 0


@click.command("keep", cls=Command)
@options.artifact_id
@_note
@_release
@options.home
def keep_artifact(artifact: str, note: str, release: bool, home: Path | None) -> int:
    """Have `penstock gc` leave an artifact and its run alone."""
    from penstock.cli.session import session
    from penstock.platform.finding import find_artifact

    with session(home) as opened:
        _keep(opened, "artifact", find_artifact(opened.store, artifact).artifact_id, note, release=release)
    return 0


def holds_on(store: "MetadataStore", kind: "HoldKind", target: str) -> "list[Hold]":
    """Why `penstock gc` leaves it alone; what is kept with something else has none of its own."""
    return [hold for hold in store.retention.holds() if (hold.kind, hold.target) == (kind, target)]


def said(hold: "Hold") -> str:
    """A hold in words, after `kept`."""
    by = "" if hold.holder == "person" else f"by {hold.holder}"
    return ": ".join(filter(None, [by, hold.note])) or "until `--release`"


def _keep(opened: "Session", kind: "HoldKind", target: str, note: str, *, release: bool) -> None:
    from penstock.cli.text import line
    from penstock.metadata.retention import Hold

    retention = opened.store.retention
    if release:
        was_kept = retention.release(kind, target)
        opened.screen.print(line(target, " is kept no longer" if was_kept else " was not kept"))
        return
    retention.hold(Hold(kind=kind, target=target, note=note, created_at=opened.system.clock.now()))
    opened.screen.print(line(target, " is kept until `--release`"))
