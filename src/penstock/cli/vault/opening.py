"""What the commands about secrets, config maps and volumes have in common."""

from pathlib import Path

from penstock.cli.screen import Screen
from penstock.cli.session import screen_of, settings_of, write_json
from penstock.cli.text import Line, columns, line
from penstock.platform.home import prepare_home
from penstock.platform.report.words import moment, one_line
from penstock.platform.vault import HomeVault, KeyedValues
from penstock.platform.vault.values import Entry


def open_vault(home: Path | None, *, json: bool = False) -> tuple[HomeVault, Screen]:
    """The vault of the home, which is made if it is not there, and where to say things."""
    settings = settings_of(home)
    prepare_home(settings.home)
    return HomeVault(settings.home), screen_of(settings, json=json)


def list_values(values: KeyedValues, screen: Screen, *, what: str, json: bool) -> int:
    """Show names and keys, never values."""
    entries = values.entries()
    if json:
        write_json([_record(one) for one in entries])
        return 0
    if not entries:
        screen.print(line((f"there are no {what}", "dim")))
        return 0
    head = [line((name, "dim")) for name in ("NAME", "KEYS", "CHANGED")]
    rows = [[line((one.name, "bold")), _keys(one.keys, one.problem), line(moment(one.changed_at))] for one in entries]
    screen.print(*columns([head, *rows], limit=screen.width, shrink=((1, 12),)))
    return 0


def _record(one: Entry) -> dict[str, object]:
    record: dict[str, object] = {"name": one.name, "keys": one.keys, "changed_at": one.changed_at}
    return record | {"problem": one.problem} if one.problem else record


def _keys(keys: list[str], problem: str) -> Line:
    return line((one_line(problem), "bad")) if problem else line(", ".join(keys))
