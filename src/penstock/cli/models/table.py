"""Models, versions and the lines of their log as tables."""

from collections.abc import Iterable, Mapping, Sequence

from penstock.cli.text import Line, Span, columns, line
from penstock.metadata.registry import ModelVersion, Promotion, RegisteredModel
from penstock.metadata.store import MetadataStore
from penstock.platform.report.words import moment, one_line
from penstock.registry.history import Span as Stay

STATUS_STYLES = {"READY": "good", "PENDING": "dim", "REFUSED": "bad"}
SIGNS = {"READY": "✓", "PENDING": "·", "REFUSED": "✗"}
_KINDS = {"promote": ("promoted", "good"), "rollback": ("rolled back", "warn"), "remove": ("taken away", "bad")}


def status_spans(version: ModelVersion) -> Line:
    """`✓ READY` in its color."""
    style = STATUS_STYLES.get(version.status, "")
    return line((SIGNS.get(version.status, "?"), style), " ", (version.status, style))


def alias_spans(aliases: Iterable[str]) -> list[Span]:
    """`@champion @blue`: what matters most on the line."""
    spans: list[Span] = []
    for alias in aliases:
        spans += [(" " if spans else "", ""), (f"@{one_line(alias)}", "title" if alias == "champion" else "reused")]
    return spans


def aliases_at(aliases: Mapping[str, int], version: int) -> list[str]:
    """The aliases at a version, the champion first."""
    return sorted((alias for alias, at in aliases.items() if at == version), key=lambda a: (a != "champion", a))


def model_lines(store: MetadataStore, models: Sequence[RegisteredModel], width: int) -> list[Line]:
    """A head, and one line a model."""
    head = [line((name, "dim")) for name in ("MODEL", "VERSIONS", "NEWEST", "ALIASES", "UPDATED", "")]
    rows = [head]
    for model in models:
        versions = store.registry.versions(model.name)
        newest = versions[0] if versions else None
        aliases = store.registry.aliases(model.name)
        told: list[Span] = []
        for alias in sorted(aliases, key=lambda a: (a != "champion", a)):
            told += [("  " if told else "", ""), *alias_spans([alias]), (f" {aliases[alias]}", "")]
        rows.append(
            [
                line((one_line(model.name), "bold")),
                line(str(len(versions))),
                line(str(newest.version), "  ", *status_spans(newest)) if newest else (),
                line(*told),
                line(moment(max([model.updated_at, *(version.updated_at for version in versions[:1])]))),
                line((one_line(model.description), "dim")),
            ]
        )
    return columns(rows, limit=width, right=(1,), shrink=((5, 8), (0, 16), (5, 0)))


def version_lines(versions: Sequence[ModelVersion], aliases: Mapping[str, int], width: int) -> list[Line]:
    """A head, and one line a version."""
    head = [line((name, "dim")) for name in ("VERSION", "STATUS", "ALIASES", "REGISTERED", "BY", "FROM", "")]
    rows = [[line("  "), *head][1:]]
    for version in versions:
        made = f"{one_line(version.path or '')}  {version.run_id}" if version.run_id else "elsewhere"
        rows.append(
            [
                line(str(version.version)),
                status_spans(version),
                line(*alias_spans(aliases_at(aliases, version.version))),
                line(moment(version.created_at)),
                line(one_line(version.created_by)),
                line((made, "dim")),
                line((one_line(version.status_reason or version.description), "dim")),
            ]
        )
    return columns(rows, limit=width, right=(0,), shrink=((6, 16), (5, 16), (6, 0)))


def log_lines(log: Sequence[Promotion], width: int) -> list[Line]:
    """A head, and one line for each promotion: newest first, as one asks what is so now."""
    head = [line((name, "dim")) for name in ("WHEN", "ALIAS", "", "VERSION", "BEFORE", "BY", "WHY")]
    rows = [head]
    for item in reversed(log):
        word, style = _KINDS.get(item.kind, (item.kind, ""))
        rows.append(
            [
                line(moment(item.at)),
                line(*alias_spans([item.alias])),
                line((word, style)),
                line((str(item.after), "bold") if item.after is not None else ("none", "dim")),
                line(str(item.before) if item.before is not None else ("none", "dim")),
                line(one_line(item.by)),
                line((one_line(item.reason), "dim")),
            ]
        )
    return columns(rows, limit=width, right=(3, 4), shrink=((6, 16), (6, 0)))


def stay_lines(stays: Sequence[Stay], width: int) -> list[Line]:
    """What was in production: one line for each stay."""
    head = [line((name, "dim")) for name in ("ALIAS", "VERSION", "SINCE", "UNTIL", "BY", "WHY")]
    rows = [head]
    for stay in stays:
        rows.append(
            [
                line(*alias_spans([stay.alias])),
                line((str(stay.version), "bold")),
                line(moment(stay.since)),
                line(moment(stay.until)) if stay.until else line(("now", "good")),
                line(one_line(stay.promotion.by)),
                line((one_line(stay.promotion.reason), "dim")),
            ]
        )
    return columns(rows, limit=width, right=(1,), shrink=((5, 16), (5, 0)))
