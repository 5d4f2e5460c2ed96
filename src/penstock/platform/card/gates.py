"""What gates said of a model: the verdict, which is read as the plain JSON that it is."""

from typing import Any

import msgspec

from penstock.artifacts.store import ArtifactStore
from penstock.metadata.lineage import downstream
from penstock.metadata.registry import ModelVersion
from penstock.metadata.store import MetadataStore
from penstock.platform.card.parts import Block, Facts, Notes, Prose, Section, Table
from penstock.platform.report.places import stored_path

_STEPS = 2
"""The gate, and the task behind it that adds a person's approval to its verdict."""


def gate_section(store: MetadataStore, artifacts: ArtifactStore, version: ModelVersion) -> Section:
    """What was asked for and what was found, by the newest verdict."""
    verdict = _verdict(store, artifacts, version)
    if verdict is None:
        return Section("Gate", [])
    said = "passed" if verdict.get("passed") else "refused"
    beside = f", beside {verdict['champion']}" if verdict.get("champion") else ""
    rows = [
        ["passed" if check.get("passed") else "refused", str(check.get("name", "")), str(check.get("reason", ""))]
        for check in _listed(verdict.get("checks"))
    ]
    blocks: list[Block] = [Prose(f"The verdict: {said}, by {verdict.get('rows', 0):,} rows{beside}.")]
    if rows:
        blocks.append(Table(heads=["", "what", "found"], rows=rows))
    figures = verdict.get("figures")
    if isinstance(figures, dict):
        measured = {str(name): f"{one:.4g}" for name, one in figures.items() if isinstance(one, int | float)}
        blocks.append(Facts(measured))
    notes = verdict.get("notes")
    if isinstance(notes, list) and notes:
        blocks.append(Notes([str(note) for note in notes]))
    return Section("Gate", blocks)


def _verdict(store: MetadataStore, artifacts: ArtifactStore, version: ModelVersion) -> dict[str, Any] | None:
    if version.artifact_id is None:
        return None
    reached = downstream(store, [version.artifact_id], depth=_STEPS).artifacts.values()
    found = [artifact for artifact in reached if artifact.metadata.get("kind") == "verdict"]
    for artifact in sorted(found, key=lambda artifact: artifact.created_at, reverse=True):
        path = stored_path(artifacts, artifact.uri)
        try:
            said = None if path is None else msgspec.json.decode(path.read_bytes())
        except (OSError, msgspec.DecodeError):
            continue
        if isinstance(said, dict) and isinstance(said.get("rows", 0), int):
            return said
    return None


def _listed(checks: Any) -> list[dict[str, Any]]:
    return [check for check in checks if isinstance(check, dict)] if isinstance(checks, list) else []
