"""Fills the settings table, once: from the command line, the environment and the place where one stands.

Nothing else in Penstock reads the environment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from penstock.core.errors import UserError
from penstock.core.settings import Setting, Settings, settings_table

PROJECT_MARK = "pyproject.toml"
PROJECT_HOME = ".penstock"

_SCHEMES = {"postgresql", "postgres", "sqlite", "s3", "gs"}
"""What starts with one of these and a colon is a URL, if a wrong one, and no file that should be made."""


@dataclass(kw_only=True, eq=False)
class SettingInvalid(UserError, ValueError):
    """A setting was given a value that it cannot take."""

    code: ClassVar[str] = "PLA001"
    setting: str
    value: object
    source: str
    """Where the value came from, e.g. `PENSTOCK_MAX_PARALLEL`."""
    allowed: str

    def message(self) -> str:
        return f"setting `{self.setting}` cannot be {self.value!r} ({self.source})"

    def hint(self) -> str:
        return f"it takes {self.allowed}"


@dataclass(kw_only=True, eq=False)
class SettingUnknown(UserError, KeyError):
    """There is no setting of that name."""

    code: ClassVar[str] = "PLA002"
    setting: str
    known: list[str]

    def message(self) -> str:
        return f"there is no setting `{self.setting}`"

    def hint(self) -> str:
        close = get_close_matches(self.setting, self.known, 1)
        return f"did you mean `{close[0]}`?" if close else f"there are: {', '.join(self.known)}"


def load_settings(environ: Mapping[str, str], cwd: Path, **overrides: Any) -> Settings:
    """Work out every setting: an override that is not None, else the environment, else the default.

    Args:
        environ: The environment, normally `os.environ`. An empty variable counts as not set.
        cwd: The working directory, absolute; relative folders are meant from there.
        **overrides: Values by the name of the setting, from the command line or from Python; text is
            read as it would be from the environment.

    Raises:
        SettingInvalid: A value is not allowed; the error says which, from where, and what would be.
        SettingUnknown: An override has a name that no setting has.
    """
    rows = {row.name: row for row in settings_table()}
    for name in overrides:
        if name not in rows:
            raise SettingUnknown(setting=name, known=sorted(row.name for row in rows.values() if not row.hidden))
    values: dict[str, Any] = {}
    for name, row in rows.items():
        if overrides.get(name) is not None:
            values[name] = _read(row, overrides[name], f"given as `{name}`")
        elif environ.get(row.variable):
            values[name] = _read(row, environ[row.variable], f"from {row.variable}")
    if "color" not in values and environ.get("NO_COLOR"):
        values["color"] = "never"
    values["home"] = cwd / values["home"] if "home" in values else default_home(environ, cwd)
    for name in ("store", "artifacts"):
        if name in values:
            values[name] = _absolute(values[name], cwd)
    return Settings(**values)


def default_home(environ: Mapping[str, str], cwd: Path) -> Path:
    """`.penstock/` beside the nearest `pyproject.toml` at or above `cwd`, else the user's data folder."""
    for folder in (cwd, *cwd.parents):
        if (folder / PROJECT_MARK).is_file():
            return folder / PROJECT_HOME
    data = environ.get("XDG_DATA_HOME", "")
    base = Path(data) if data.startswith("/") else Path(environ.get("HOME") or Path.home()) / ".local" / "share"
    return base / "penstock"


def _absolute(place: str, cwd: Path) -> str:
    """A relative path as what it means here; a URL as it is."""
    if "://" in place or place.partition(":")[0] in _SCHEMES:
        return place
    return str(cwd / Path(place).expanduser())


def _read(row: Setting, value: Any, source: str) -> Any:
    try:
        if isinstance(value, str):
            return row.read(value)
        if row.annotation is Path and isinstance(value, Path):
            return value.expanduser()
        return msgspec.convert(value, row.annotation)
    except (ValueError, RuntimeError) as error:
        raise SettingInvalid(setting=row.name, value=str(value), source=source, allowed=row.allowed) from error
