"""What tests of models and data found: values that a gate reads and a person understands."""

import json
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.errors import ConversionError
from penstock.data.registry import register


class Check(Struct, frozen=True, kw_only=True):
    """One test, and what it found."""

    name: str
    kind: str
    passed: bool
    detail: str
    """One sentence with the figures."""
    found: float | None = None
    """The share of rows, or the number, that was found."""
    allowed: float | None = None
    examples: list[dict[str, Json]] = []
    """Rows for which it fails, the worst first."""


class Checked(Struct, frozen=True, kw_only=True):
    """The findings of several tests. An artifact type of kind `checks`."""

    checks: list[Check]

    @property
    def passed(self) -> bool:
        """Whether all passed."""
        return all(check.passed for check in self.checks)

    @property
    def failures(self) -> list[str]:
        """Of each that did not, its name and its finding."""
        return [f"{check.name}: {check.detail}" for check in self.checks if not check.passed]

    def to_json(self) -> str:
        """All of it as JSON."""
        return json.dumps(msgspec.to_builtins(self), ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> "Checked":
        """What `to_json` wrote. Raises `ConversionError`."""
        try:
            return msgspec.convert(json.loads(text), cls)
        except (ValueError, msgspec.ValidationError) as error:
            raise ConversionError(what="Checked", action="loaded", reason=str(error)) from error

    def markdown(self) -> str:
        """A table of the tests."""
        from penstock.evaluation.text import table

        rows = [["✓" if check.passed else "✗", check.name, check.detail] for check in self.checks]
        return table(["", "test", "found"], rows)

    def __str__(self) -> str:
        return "\n".join(f"{'✓' if check.passed else '✗'} {check.name}: {check.detail}" for check in self.checks)


class CheckedConverter(Converter[Checked]):
    """`Checked`: a JSON file, with the counts in the metadata."""

    type_names = ("penstock.evaluation.checks.Checked",)
    kind = "checks"
    schema_title = "system.Metrics"
    suffix = ".json"
    imports = ("msgspec",)

    def save(self, value: Checked, target: Path) -> dict[str, Json]:
        """Write the JSON."""
        target.write_text(value.to_json(), encoding="utf-8")
        failed = sum(not check.passed for check in value.checks)
        return {"passed": len(value.checks) - failed, "failed": failed, "format": "json"}

    def load(self, source: Path, annotation: type[Any], metadata: dict[str, Json]) -> Checked:  # noqa: ARG002 - the interface has the arguments
        """Read it."""
        return Checked.from_json(source.read_bytes())


register(CheckedConverter())
