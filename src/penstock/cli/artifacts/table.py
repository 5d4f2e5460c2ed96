"""Artifacts as a table."""

from collections.abc import Sequence

from penstock.cli.text import Line, columns, line
from penstock.metadata.records import Artifact, Event, EventType
from penstock.metadata.store import MetadataStore
from penstock.platform.report.facts import kind_of
from penstock.platform.report.words import moment, one_line, size


def artifact_lines(store: MetadataStore, artifacts: Sequence[Artifact], width: int) -> list[Line]:
    """A head, and one line an artifact."""
    events = store.events(artifacts=[artifact.artifact_id for artifact in artifacts])
    head = [line((name, "dim")) for name in ("ARTIFACT", "TYPE", "NAME", "SIZE", "MADE", "BY")]
    rows = [_row(artifact, producer(events, artifact)) for artifact in artifacts]
    return columns([head, *rows], limit=width, right=(3,), shrink=((5, 16), (2, 12), (5, 0)))


def producer(events: Sequence[Event], artifact: Artifact) -> Event | None:
    """The event by which the artifact came to be: of those that gave it, the oldest run's."""
    gave = [item for item in events if item.type is EventType.OUTPUT and item.artifact_id == artifact.artifact_id]
    return min(gave, key=lambda event: (event.run_id, -len(event.path)), default=None)


def _row(artifact: Artifact, event: Event | None) -> list[Line]:
    return [
        line(artifact.artifact_id),
        line(kind_of(artifact)),
        line((one_line(artifact.name), "bold")),
        line(size(artifact.size)),
        line(moment(artifact.created_at)),
        line((f"{one_line(event.path)}  {event.run_id}", "dim")) if event is not None else (),
    ]
