"""Approvals as a table, and one of them as lines."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from penstock.cli.screen import WITHOUT_TERMINAL
from penstock.cli.text import Line, columns, line
from penstock.metadata.registry import Approval
from penstock.platform.report.words import duration, elapsed, moment, one_line, value

STYLES = {"waits": "active", "approved": "good", "rejected": "bad", "moot": "dim"}
SIGNS = {"waits": "▸", "approved": "✓", "rejected": "✗", "moot": "−"}


def standing_spans(word: str) -> Line:
    """`▸ waits` in its color."""
    style = STYLES.get(word, "")
    return line((SIGNS.get(word, "?"), style), " ", (word, style))


def approval_lines(approvals: Sequence[Approval], standing: Mapping[str, str], width: int, now: datetime) -> list[Line]:
    """A head, and one line for each."""
    head = [line((name, "dim")) for name in ("APPROVAL", "", "SUBJECT", "ROLE", "FOR", "RUN", "BY")]
    rows = [head]
    for item in approvals:
        rows.append(
            [
                line((item.approval_id, "bold")),
                standing_spans(standing[item.approval_id]),
                line(one_line(item.subject)),
                line(one_line(item.role)),
                line(duration(elapsed(item.requested_at, item.decided_at, now))),
                line((f"{one_line(item.path)}  {item.run_id}", "dim")),
                line(one_line(item.decided_by), (f": {one_line(item.note)}" if item.note else "", "dim")),
            ]
        )
    return columns(rows, limit=width, right=(4,), shrink=((6, 12), (2, 24), (5, 16), (6, 0)))


def approval_portrait(item: Approval, word: str) -> list[Line]:
    """Everything that `penstock approvals show` prints."""
    lines = [line((item.approval_id, "bold"), "  ", *standing_spans(word), "  ", (one_line(item.subject), "bold"))]
    answered = f"{moment(item.decided_at)}  by {item.decided_by}" if item.decided_at else ""
    facts = [
        ("role", item.role),
        ("asked", moment(item.requested_at)),
        ("by task", f"{item.path}  run {item.run_id}"),
        ("answered", answered),
        ("note", item.note),
    ]
    rows = [[line((f"  {name}", "dim")), line(one_line(text))] for name, text in facts if text]
    lines += columns(rows, limit=WITHOUT_TERMINAL)
    if item.details:
        known = [[line("  ", one_line(name)), line(one_line(value(data, 500)))] for name, data in item.details.items()]
        lines += [(), line(("to decide by", "bold")), *columns(known, limit=WITHOUT_TERMINAL)]
    if word == "waits":
        lines += [(), line(("next", "bold"))]
        for act in ("approve", "reject"):
            lines.append(line(f"  penstock approvals {act} {item.approval_id} --note '…'"))
    return lines
