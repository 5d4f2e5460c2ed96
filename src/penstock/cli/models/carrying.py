"""What the commands say that carry models to and from MLflow servers."""

from collections.abc import Sequence

from penstock.cli.models.table import alias_spans
from penstock.cli.text import Line, line
from penstock.platform.exchange.carried import Carried
from penstock.platform.report.words import one_line

_WORDS = {"carried": "good", "there already": "reused", "left out": "warn"}


def carried_lines(done: Sequence[Carried]) -> list[Line]:
    """`taxi/3 → 1  carried  @champion`, a line for each version."""
    return [
        line(
            (f"{one_line(one.name)}/{one.version}", "bold"),
            f" → {one.became}" if one.became is not None else "",
            "  ",
            (one.outcome, _WORDS[one.outcome]),
            "  " if one.aliases else "",
            *alias_spans(one.aliases),
            (f": {one_line(one.reason)}" if one.reason else "", "dim"),
        )
        for one in done
    ] or [line(("it has no version", "dim"))]
