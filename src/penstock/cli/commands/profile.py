"""`penstock profile`: what is in the columns of a file, a folder, or a table of the store."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from penstock.cli import options
from penstock.cli.command import Command

if TYPE_CHECKING:
    from penstock.profiles import Profile


@click.command(cls=Command)
@click.argument("table", metavar="TABLE", help="A CSV or Parquet file or a folder of them, or an artifact's id.")
@click.option("--target", metavar="COLUMN", help="The column that a model is to predict.")
@click.option("--html", type=options.FILE, metavar="FILE", help="Write the exploratory report, a page to look at.")
@click.option("--save", type=options.FILE, metavar="FILE", help="Write the profile with its sketches, as JSON.")
@options.json
@options.home
def profile(
    table: str, target: str | None, html: Path | None, save: Path | None, as_json: bool, home: Path | None
) -> int:
    """Tell what is in the columns of a table.

    Rows of a CSV file that have too many or too few fields are left out, and counted.
    """
    from penstock.cli.profiles import profile_lines
    from penstock.cli.session import check_writable, screen_of, settings_of, write_json, write_text

    for file in (html, save):
        check_writable(file)
    screen = screen_of(settings_of(home), json=as_json)
    made, title, notes = _profiled(table, target, home)
    if as_json:
        write_json({**made.summary(), "notes": notes})
    else:
        screen.print(*profile_lines(made, title, notes, screen.width), cut=True)
    if html is not None:
        write_text(html, made.html(title))
    if save is not None:
        write_text(save, made.to_json())
    return 0


def _profiled(table: str, target: str | None, home: Path | None) -> "tuple[Profile, str, list[str]]":
    """The profile, what it is of, and what else is to be said."""
    from penstock.profiles import profile

    if not table:
        raise click.BadParameter("it is empty", param_hint="'TABLE'")
    path = Path(table)
    if path.exists():
        rows, notes = _rows(path)
        return profile(rows, target=target), path.name or table, notes
    if path.suffix or len(path.parts) > 1:
        from penstock.components.data_errors import CannotRead

        raise CannotRead(place=table, reason="there is no such file or folder", advice="look at the path")
    return _of_artifact(table, target, home)


def _rows(path: Path) -> tuple[Any, list[str]]:
    from penstock.components import read_csv, read_parquet

    names = [path.name] if path.is_file() else [each.name for each in path.rglob("*")]
    if any(name.lower().endswith((".parquet", ".pq")) for name in names) or _is_parquet(path):
        return read_parquet(path), []
    read = read_csv(path, bad_rows="skip")
    first = read.problems.head(1).to_dicts()
    if not first:
        return read.rows, []
    where = f"{first[0]['file']}, row {first[0]['row']:,}: {first[0]['reason']}"
    count = read.problems.height
    some = "1 bad row was" if count == 1 else f"{count:,} bad rows {'or more ' if count == 1000 else ''}were"
    return read.rows, [f"{some} left out, the first of them in {where}"]


def _is_parquet(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(4) == b"PAR1"


def _of_artifact(text: str, target: str | None, home: Path | None) -> "tuple[Profile, str, list[str]]":
    """The profile of a table in the store; of an artifact that is a profile already, that one."""
    from penstock.cli.profiles import NoTable
    from penstock.cli.session import session
    from penstock.platform.finding import find_artifact
    from penstock.platform.report.facts import kind_of
    from penstock.platform.report.places import stored_path
    from penstock.profiles import Profile, profile

    with session(home) as here:
        found = find_artifact(here.store, text)
        path = stored_path(here.system.artifacts, found.uri)
        kind = found.metadata.get("kind")
        if path is None or (kind not in ("table", "profile") and path.suffix != ".parquet"):
            reason = "its bytes are not in the store" if path is None else f"it is of type {kind_of(found)}"
            raise NoTable(artifact=str(found.artifact_id), reason=reason)
        if kind == "profile":
            return Profile.from_json(path.read_bytes()), found.name, []
        return profile(path, target=target), found.name, []
