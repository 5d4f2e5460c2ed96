"""Puts a card together from what is on record. What is not there leaves its place empty: a card says what is known."""

from pathlib import Path
from typing import TYPE_CHECKING

from penstock.artifacts.store import ArtifactStore
from penstock.core.errors import PenstockError
from penstock.metadata.records import Artifact, EventType
from penstock.metadata.registry import ModelVersion, Promotion
from penstock.metadata.store import MetadataStore
from penstock.platform.card.data import data_section
from penstock.platform.card.gates import gate_section
from penstock.platform.card.judged import headline, judged_sections
from penstock.platform.card.lineage import lineage_section
from penstock.platform.card.model import environment_section, model_section, preprocessing_section
from penstock.platform.card.parts import Card, Notes, Prose, Section, Table
from penstock.platform.report.places import stored_path
from penstock.platform.report.words import moment, value
from penstock.registry.errors import PackageGone
from penstock.registry.packages import local

if TYPE_CHECKING:
    from penstock.evaluation import Evaluation
    from penstock.models import Model

_KINDS = {"promote": "promoted", "rollback": "rolled back", "remove": "taken away"}
_MOST_PROMOTIONS = 50


def model_card(store: MetadataStore, artifacts: ArtifactStore, version: ModelVersion) -> Card:
    """The card of a version.

    Args:
        store: Where it is on record.
        artifacts: Where its files are.
        version: Which one.
    """
    model, trouble = _model(artifacts, version)
    evaluation = find_evaluation(store, artifacts, version)
    aliases = [alias for alias, at in store.registry.aliases(version.name).items() if at == version.version]
    log = [line for line in store.registry.promotions(version.name) if version.version in (line.before, line.after)]
    sections = [
        _about(version, model, trouble),
        model_section(version, model),
        data_section(store, version, model),
        preprocessing_section(model),
        *judged_sections(evaluation),
        gate_section(store, artifacts, version),
        lineage_section(store, version),
        _promotions(log),
        environment_section(model),
    ]
    return Card(
        title=f"{version.name}/{version.version}",
        status=version.status,
        aliases=sorted(aliases, key=lambda alias: (alias != "champion", alias)),
        summary=f"registered {moment(version.created_at)} by {version.created_by or 'nobody named'}",
        headline=headline(evaluation, version.tags),
        sections=[section for section in sections if section.blocks],
    )


def find_evaluation(store: MetadataStore, artifacts: ArtifactStore, version: ModelVersion) -> "Evaluation | None":
    """The newest evaluation that a task made of this model; None if there is none."""
    found = evaluations_of(store, version)
    from penstock.evaluation import Evaluation

    for artifact in found:
        path = stored_path(artifacts, artifact.uri)
        if path is None:
            continue
        try:
            return Evaluation.from_json(path.read_bytes())
        except (PenstockError, OSError):
            continue
    return None


def evaluations_of(store: MetadataStore, version: ModelVersion) -> list[Artifact]:
    """The evaluations that tasks made of this model, newest first."""
    if version.artifact_id is None:
        return []
    took = [event for event in store.events(artifacts=[version.artifact_id]) if event.type is EventType.INPUT]
    gave = store.events(executions=[(event.run_id, event.path) for event in took]) if took else []
    made = store.artifacts([event.artifact_id for event in gave if event.type is EventType.OUTPUT])
    evaluations = [artifact for artifact in made.values() if artifact.metadata.get("kind") == "evaluation"]
    return sorted(evaluations, key=lambda artifact: artifact.created_at, reverse=True)


def _model(artifacts: ArtifactStore, version: ModelVersion) -> "tuple[Model | None, str]":
    """The package, and if it cannot be opened, why."""
    from penstock.models import Model

    try:
        folder: Path = local(artifacts, version.uri, f"{version.name}/{version.version}")
        model = Model.load(folder)
        assert model.package is not None
    except PackageGone as error:
        return None, error.message()
    except PenstockError as error:
        return None, error.message()
    return model, ""


def _about(version: ModelVersion, model: "Model | None", trouble: str) -> Section:
    blocks: list[Prose | Notes] = []
    if version.description:
        blocks.append(Prose(version.description))
    warnings = []
    if version.status == "REFUSED":
        warnings.append(f"Refused: {version.status_reason}")
    if trouble:
        warnings.append(trouble)
    if warnings:
        blocks.append(Notes(warnings))
    if model is not None and model.limits:
        blocks.append(Prose(f"Limits: {model.limits}"))
    elif model is not None:
        blocks.append(Prose("Limits: its author states none."))
    return Section("Use and limits", list(blocks))


def _promotions(log: list[Promotion]) -> Section:
    rows = [
        [
            moment(line.at),
            line.alias,
            _KINDS.get(line.kind, line.kind),
            _number(line.before),
            _number(line.after),
            line.by,
            line.reason,
            value(line.evidence, 200) if line.evidence else "",
        ]
        for line in log[-_MOST_PROMOTIONS:]
    ]
    heads = ["when", "alias", "", "from", "to", "by", "why", "evidence"]
    return Section("Promotions", [Table(heads=heads, rows=rows, numbers=frozenset({3, 4}))] if rows else [])


def _number(version: int | None) -> str:
    return "none" if version is None else str(version)
