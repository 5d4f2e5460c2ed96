"""What commands say of a move of an alias."""

from penstock.cli.models.table import alias_spans, status_spans
from penstock.cli.text import Line, line
from penstock.metadata.registry import ModelVersion, Promotion
from penstock.platform.report.words import one_line


def registered_lines(version: ModelVersion) -> list[Line]:
    """`taxi/4  ✓ READY  replay passed in 3.1 s`, and why not if not."""
    replay = version.tags.get("penstock.replay", "")
    head = line(
        (f"{one_line(version.name)}/{version.version}", "bold"),
        "  ",
        *status_spans(version),
        (f"  replay {one_line(replay)}" if replay else "", "dim"),
    )
    if version.status == "READY":
        return [head]
    return [head, line("  ", (one_line(version.status_reason), "bad"))]


def moved_line(moved: Promotion, *, already: bool = False) -> Line:
    """`taxi/4 is @champion now; before: 3`."""
    name = one_line(moved.name)
    if moved.after is None:
        return line((name, "bold"), " has no ", *alias_spans([moved.alias]), " now", (_before(moved), "dim"))
    word = " is already " if already else " is "
    ending = "" if already else " again" if moved.kind == "rollback" else " now"
    before = "" if already else _before(moved)
    return line((f"{name}/{moved.after}", "bold"), word, *alias_spans([moved.alias]), ending, (before, "dim"))


def _before(moved: Promotion) -> str:
    return f"; before: {moved.before}" if moved.before is not None else "; it was at no version before"
