"""Profiles as artifacts. Imports nothing until one is stored or read."""

# ruff: noqa: ARG002 - the interface has the arguments

from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.json import Json
from penstock.data.converter import Converter

if TYPE_CHECKING:
    from penstock.profiles.table import Profile


class ProfileConverter(Converter["Profile"]):
    """`penstock.profiles.Profile`: one JSON file, with the sketches in it."""

    type_names = ("penstock.profiles.table.Profile",)
    kind = "profile"
    schema_title = "system.Artifact"
    suffix = ".json"
    imports = ("penstock.profiles.codec",)

    def save(self, value: "Profile", target: Path) -> dict[str, Json]:
        """Write it; the same profile gives the same bytes."""
        target.write_bytes(value.to_json().encode())
        return {"format": "profile", "rows": value.rows, "columns": len(value.columns)}

    def load(self, source: Path, annotation: type["Profile"], metadata: dict[str, Json]) -> "Profile":
        """Read it."""
        from penstock.profiles.table import Profile

        return Profile.from_json(source.read_bytes())


CONVERTERS: list[Converter[Any]] = [ProfileConverter()]
