"""What the columns of a table look like, in sketches of bounded size that can be merged, and a page that shows it.

Names are looked up when first used: the artifact type is known wherever components are read, and needs none of it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.profiles.column import ColumnProfile
    from penstock.profiles.errors import ColumnsChanged, ColumnTwice, NoSuchColumn, NotAProfile
    from penstock.profiles.findings import Finding
    from penstock.profiles.links import Links
    from penstock.profiles.profiler import Profiler, profile
    from penstock.profiles.table import Profile

_HOMES = {
    "penstock.profiles.column": ("ColumnProfile",),
    "penstock.profiles.errors": ("ColumnTwice", "ColumnsChanged", "NoSuchColumn", "NotAProfile"),
    "penstock.profiles.findings": ("Finding",),
    "penstock.profiles.links": ("Links",),
    "penstock.profiles.table": ("Profile",),
    "penstock.profiles.profiler": ("Profiler", "profile"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ColumnProfile",
    "ColumnTwice",
    "ColumnsChanged",
    "Finding",
    "Links",
    "NoSuchColumn",
    "NotAProfile",
    "Profile",
    "Profiler",
    "profile",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
