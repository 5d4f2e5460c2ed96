"""One model, or one version, as lines and as JSON."""

from typing import Any

import msgspec

from penstock.cli.models.table import alias_spans, aliases_at, log_lines, status_spans, version_lines
from penstock.cli.screen import WITHOUT_TERMINAL
from penstock.cli.session import Session
from penstock.cli.text import Line, columns, line
from penstock.metadata.records import Artifact
from penstock.metadata.registry import ModelVersion, Promotion, RegisteredModel
from penstock.metadata.store import MetadataStore
from penstock.platform.report.places import stored_path
from penstock.platform.report.words import moment, one_line, size, value

MOST_PROMOTIONS = 10


def model_portrait(here: Session, model: RegisteredModel) -> list[Line]:
    """Everything that `penstock models show NAME` prints."""
    registry = here.store.registry
    versions, aliases, log = (
        registry.versions(model.name),
        registry.aliases(model.name),
        registry.promotions(model.name),
    )
    lines: list[Line] = [line((one_line(model.name), "bold"), ("  model", "dim"))]
    if model.description:
        lines.append(line("  ", one_line(model.description)))
    lines += _tags(model.tags)
    if versions:
        lines += [(), *version_lines(versions, aliases, here.screen.width)]
    else:
        lines += [(), line(("it has no version yet", "dim"))]
    if log:
        lines += [(), line(("promotions", "bold")), *log_lines(log[-MOST_PROMOTIONS:], here.screen.width)]
        if len(log) > MOST_PROMOTIONS:
            lines.append(line((f"  … {len(log)} in all: penstock models history {model.name}", "dim")))
    return lines


def version_portrait(here: Session, version: ModelVersion) -> list[Line]:
    """Everything that `penstock models show NAME/VERSION` prints."""
    aliases = aliases_at(here.store.registry.aliases(version.name), version.version)
    head = line(
        (f"{one_line(version.name)}/{version.version}", "bold"),
        "  ",
        *status_spans(version),
        "  " if aliases else "",
        *alias_spans(aliases),
    )
    lines = [head, *columns(_facts(here, version), limit=WITHOUT_TERMINAL)]
    lines += _tags(version.tags)
    log = _log(here.store, version)
    if log:
        lines += [(), line(("promotions", "bold")), *log_lines(log, here.screen.width)]
    return lines


def model_as_json(store: MetadataStore, model: RegisteredModel) -> dict[str, Any]:
    """A model with its versions and aliases."""
    versions, aliases = store.registry.versions(model.name), store.registry.aliases(model.name)
    return {**msgspec.structs.asdict(model), "aliases": aliases, "versions": versions}


def version_as_json(store: MetadataStore, version: ModelVersion) -> dict[str, Any]:
    """A version with its aliases and what the log says of it."""
    aliases = aliases_at(store.registry.aliases(version.name), version.version)
    log = _log(store, version)
    return {**msgspec.structs.asdict(version), "aliases": aliases, "promotions": log}


def _log(store: MetadataStore, version: ModelVersion) -> list[Promotion]:
    lines = store.registry.promotions(version.name)
    return [item for item in lines if version.version in (item.after, item.before)]


def _facts(here: Session, version: ModelVersion) -> list[list[Line]]:
    artifact = _artifact(here.store, version)
    path = stored_path(here.system.artifacts, version.uri)
    made = f"{version.path or 'the pipeline'}  run {version.run_id}" if version.run_id else ""
    registered = f"{moment(version.created_at)}  by {version.created_by}"
    facts = [
        ("refused", version.status_reason),
        ("about", version.description),
        ("registered", registered),
        ("made by", made),
        ("artifact", version.artifact_id or ""),
        ("size", size(artifact.size) if artifact else ""),
        ("digest", version.digest or ""),
        ("path" if path else "uri", str(path) if path else f"{version.uri}  (its files are gone)"),
    ]
    rows = [[line((f"  {name}", "dim")), line(one_line(text))] for name, text in facts if text]
    known = artifact.metadata if artifact else {}
    shown = {name: data for name, data in known.items() if name in ("class", "task", "target", "features", "compiled")}
    rows += [[line((f"  {name}", "dim")), line(one_line(value(data)))] for name, data in shown.items()]
    return rows


def _artifact(store: MetadataStore, version: ModelVersion) -> Artifact | None:
    return store.artifacts([version.artifact_id]).get(version.artifact_id) if version.artifact_id else None


def _tags(tags: dict[str, str]) -> list[Line]:
    rows = [[line("  ", one_line(name)), line(one_line(text))] for name, text in sorted(tags.items())]
    return [(), line(("tags", "bold")), *columns(rows, limit=WITHOUT_TERMINAL)] if rows else []
