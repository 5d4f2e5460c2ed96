"""`penstock home`: where state lives, and how large it is."""

import os
from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command(cls=Command)
@options.json
@options.home
def home(as_json: bool, home: Path | None) -> int:
    """Show where state lives, and what takes space there.

    The record of runs and the artifacts may be elsewhere: see the settings `store` and `artifacts`.
    """
    from penstock.cli.session import screen_of, settings_of, write_json
    from penstock.cli.text import columns, line
    from penstock.core.urls import without_secrets
    from penstock.platform.home import artifacts_place, store_place
    from penstock.platform.report.words import size

    settings = settings_of(home)
    place = settings.home
    parts = _parts(place) if place.is_dir() else {}
    if as_json:
        shown = {
            "store": without_secrets(store_place(settings)),
            "artifacts": without_secrets(artifacts_place(settings)),
        }
        weight = {"bytes": sum(parts.values()), "parts": parts}
        write_json({"home": str(place), "exists": place.is_dir(), **shown, **weight})
        return 0
    screen = screen_of(settings)
    for name, elsewhere in (("store", settings.store), ("artifacts", settings.artifacts)):
        if elsewhere:
            screen.print(line((f"{name:<10}", "dim"), without_secrets(elsewhere)))
    if not place.is_dir():
        screen.print(line((str(place), "bold"), ("  nothing is there yet", "dim")))
        return 0
    rows = [[line("  ", name), line(size(count))] for name, count in parts.items()]
    head = line((str(place), "bold"), ("  ", ""), size(sum(parts.values())))
    screen.print(head, *columns(rows, limit=screen.width, right=(1,), shrink=((0, 8),)))
    return 0


def _parts(place: Path) -> dict[str, int]:
    """What lies in the home, with the bytes of each."""
    with os.scandir(place) as entries:
        return {entry.name: _weigh(entry) for entry in sorted(entries, key=lambda entry: entry.name)}


def _weigh(entry: "os.DirEntry[str]") -> int:
    """The bytes of a file, or of all files in a folder; links are not followed, hard links count once."""
    seen: set[tuple[int, int]] = set()

    def weigh(item: "os.DirEntry[str]") -> int:
        if item.is_dir(follow_symlinks=False):
            with os.scandir(item) as entries:
                return sum(weigh(inner) for inner in entries)
        stat = item.stat(follow_symlinks=False)
        if (stat.st_dev, stat.st_ino) in seen:
            return 0
        seen.add((stat.st_dev, stat.st_ino))
        return stat.st_size

    return weigh(entry)
