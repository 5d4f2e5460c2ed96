"""What the commands about secrets and about config maps have in common: values by key, under a name."""

from pathlib import Path

from penstock.cli.session import write_json
from penstock.cli.text import Line, columns, line
from penstock.cli.vault.opening import open_vault
from penstock.cli.vault.values import read_values
from penstock.ir.platform import Store
from penstock.platform.report.words import moment, one_line
from penstock.platform.vault.values import Entry, check_key, checked_name


def set_values(
    store: Store, name: str, keys: tuple[str, ...], from_file: Path | None, from_env: str | None, home: Path | None
) -> int:
    """Take values in, after all that is wrong with their names has been said."""
    checked_name(name, store)
    for key in keys:
        check_key(key.partition("=")[0])
    vault, screen = open_vault(home)
    values = read_values(keys, from_file, from_env, secret=store == "secret")
    vault.values(store).set(name, values)
    screen.print(line(("✓", "good"), f" {store} ", (name, "bold"), ("  set ", "dim"), ", ".join(values)))
    return 0


def delete_values(store: Store, name: str, keys: tuple[str, ...], home: Path | None) -> int:
    """Delete some keys; all, if none are named."""
    vault, screen = open_vault(home)
    vault.values(store).delete(name, keys)
    screen.print(line(("✓", "good"), f" {store} ", (name, "bold"), ("  deleted ", "dim"), ", ".join(keys)))
    return 0


def list_values(store: Store, home: Path | None, *, json: bool) -> int:
    """Show names and keys, never values."""
    vault, screen = open_vault(home, json=json)
    entries = vault.values(store).entries()
    if json:
        write_json([_record(one) for one in entries])
        return 0
    if not entries:
        screen.print(line((f"there are no {store}s", "dim")))
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
