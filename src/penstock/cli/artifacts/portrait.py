"""One artifact as lines."""

from penstock.cli.artifacts.table import producer
from penstock.cli.keep import holds_on, said
from penstock.cli.screen import WITHOUT_TERMINAL
from penstock.cli.session import Session
from penstock.cli.text import Line, columns, line
from penstock.metadata.records import Artifact, EventType
from penstock.platform.report.facts import kind_of
from penstock.platform.report.places import stored_path
from penstock.platform.report.preview import Preview, preview
from penstock.platform.report.words import moment, one_line, size, value

MOST_USES = 10


def artifact_portrait(session: Session, artifact: Artifact, rows: int) -> list[Line]:
    """Everything that `penstock artifacts show` prints."""
    width = session.screen.width
    kind = kind_of(artifact)
    head = line((one_line(artifact.name), "bold"), ("  ", ""), kind, ("  ", ""), (size(artifact.size), "dim"))
    lines = [head, *columns(_facts(session, artifact), limit=WITHOUT_TERMINAL)]
    if artifact.metadata:
        known = [[line("  ", one_line(name)), line(one_line(value(data)))] for name, data in artifact.metadata.items()]
        lines += [(), line(("metadata", "bold")), *columns(known, limit=width, shrink=((1, 16), (0, 8)))]
    lines += _uses(session, artifact)
    shown = preview_lines(preview(session.system.artifacts, artifact, rows=rows), width, rows)
    return [*lines, (), *shown] if shown else lines


def _facts(session: Session, artifact: Artifact) -> list[list[Line]]:
    path = stored_path(session.system.artifacts, artifact.uri)
    rows = [("id", artifact.artifact_id), ("made", moment(artifact.created_at)), ("digest", artifact.digest or "")]
    rows.append(("path", str(path)) if path is not None else ("uri", f"{artifact.uri}  (not in the store)"))
    rows += [("kept", said(hold)) for hold in holds_on(session.store, "artifact", artifact.artifact_id)]
    return [[line((f"  {name}", "dim")), line(one_line(text))] for name, text in rows if text]


def _uses(session: Session, artifact: Artifact) -> list[Line]:
    events = session.store.events(artifacts=[artifact.artifact_id])
    made = producer(events, artifact)
    lines: list[Line] = [()]
    if made is not None:
        task = one_line(made.path) or "the pipeline"
        lines += [line(("made by", "bold")), line(f"  {task}", ("  run ", "dim"), made.run_id)]
    used = [event for event in events if event.type is EventType.INPUT]
    if used:
        lines.append(line(("used by", "bold")))
        rows = [
            [line("  ", one_line(event.path or "the pipeline")), line(("run ", "dim"), event.run_id)]
            for event in used[:MOST_USES]
        ]
        lines += columns(rows, limit=session.screen.width, shrink=((0, 16),))
        if len(used) > MOST_USES:
            lines.append(line((f"  … and {len(used) - MOST_USES} more", "dim")))
    return lines if len(lines) > 1 else []


def preview_lines(shown: Preview, width: int, rows: int) -> list[Line]:
    """A preview, as far as a terminal can show it."""
    if shown.kind == "table":
        return _table(shown, width)
    if shown.kind in ("none", "image"):
        return []
    lines = shown.text.splitlines()
    most = max(rows, 10) * 2
    body = [line("  ", one_line(text)) for text in lines[:most]]
    if len(lines) > most or shown.cut:
        body.append(line(("  …", "dim")))
    return [line(("files" if shown.kind == "folder" else "contents", "bold")), *body]


def _table(shown: Preview, width: int) -> list[Line]:
    head = [line(("  " if index == 0 else "") + one_line(name)) for index, name in enumerate(shown.columns)]
    types = [line((("  " if index == 0 else "") + name, "dim")) for index, name in enumerate(shown.types)]
    rows = [
        [line(("  " if index == 0 else "") + one_line(text)) for index, text in enumerate(row)] for row in shown.rows
    ]
    numeric = [index for index, name in enumerate(shown.types) if name.startswith(("int", "uint", "float", "double"))]
    title = line(("rows", "bold"), (f"  {len(shown.rows)} of {shown.total:,}", "dim"))
    table = columns([head, types, *rows], limit=10**6, right=[index for index in numeric if index > 0])
    from penstock.cli.text import crop

    return [title, *(crop(one, width) for one in table)]
