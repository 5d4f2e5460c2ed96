"""What a gate says of a model: whether it may go on, and why."""

# ruff: noqa: ARG002 - the interface of a converter has the arguments

from pathlib import Path

import msgspec
from msgspec import Struct

from penstock.core.json import Json
from penstock.data import register
from penstock.data.converter import Converter
from penstock.data.errors import ConversionError


class Check(Struct, frozen=True, kw_only=True):
    """One thing that a gate asked for."""

    name: str
    """What was looked at: a metric, `champion`, `fairness`, `size`, `latency`, `memory`, `approval`."""
    passed: bool
    reason: str
    """What was found and what was asked for, as a sentence."""
    value: float | None = None
    limit: float | None = None


class Verdict(Struct, frozen=True, kw_only=True):
    """Whether a model may go on, and why. It is an artifact."""

    passed: bool
    name: str
    """The registered model that it is a candidate for."""
    checks: list[Check]
    rows: int
    """How many rows it was judged by."""
    figures: dict[str, float] = msgspec.field(default_factory=dict)
    """The metrics on those rows, and what was measured: `size` in bytes, `latency` in seconds, `memory` in bytes."""
    comparison: dict[str, Json] | None = None
    """Challenger against champion on the same rows; None if there was no champion, or nothing was compared."""
    champion: str = ""
    """The version that it was compared with, e.g. `taxi/3`; empty if there was none."""
    champion_version: int | None = None
    compared_with: str = ""
    """The alias of that version, `champion` as a rule; empty if the gate asked for no comparison."""
    notes: list[str] = msgspec.field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        """Why it was refused; where it passed, why it passed."""
        return [check.reason for check in self.checks if check.passed == self.passed]

    def __str__(self) -> str:
        return f"{'passed' if self.passed else 'refused'}: {'; '.join(self.reasons) or 'nothing was asked for'}"

    def evidence(self) -> dict[str, Json]:
        """What a promotion is put on record with."""
        return {
            "checks": [check.reason for check in self.checks],
            "figures": dict(self.figures),
            "comparison": self.comparison,
            "champion": self.champion,
            "rows": self.rows,
        }

    def markdown(self) -> str:
        """The verdict for people."""
        lines = [
            f"# {self.name}: {'passed' if self.passed else 'refused'}",
            "",
            f"Judged by {self.rows:,} rows" + (f", beside {self.champion}." if self.champion else "."),
            "",
            "| | what | found |",
            "|---|---|---|",
        ]
        lines += [f"| {'✓' if check.passed else '✗'} | {check.name} | {check.reason} |" for check in self.checks]
        if not self.checks:
            lines.append("| ✓ | – | nothing was asked for |")
        if self.notes:
            lines += ["", *(f"- {note}" for note in self.notes)]
        return "\n".join(lines) + "\n"


class VerdictConverter(Converter[Verdict]):
    """`Verdict`: JSON, with what it says in the metadata."""

    type_names = ("penstock.components.verdict.Verdict",)
    kind = "verdict"
    schema_title = "system.Artifact"
    suffix = ".json"

    def save(self, value: Verdict, target: Path) -> dict[str, Json]:
        """Write all of it."""
        target.write_bytes(msgspec.json.encode(value))
        return {
            "format": "json",
            "verdict": "passed" if value.passed else "refused",
            "reasons": list(value.reasons),
            "champion": value.champion,
        }

    def load(self, source: Path, annotation: type[Verdict], metadata: dict[str, Json]) -> Verdict:
        """Read and validate."""
        try:
            return msgspec.json.decode(source.read_bytes(), type=annotation)
        except msgspec.MsgspecError as error:
            raise ConversionError(what="Verdict", action="loaded", reason=str(error)) from error


register(VerdictConverter())
