"""What tasks logged besides metrics, as lines: their parameters, and what was amiss with what they logged."""

from collections.abc import Iterator, Sequence

from penstock.cli.text import Line, columns, line
from penstock.platform.report.logged import LoggedByTask
from penstock.platform.report.words import one_line, shorten

_MOST = 40


def parameter_lines(logged: Sequence[LoggedByTask], width: int) -> list[Line]:
    """One line a parameter."""
    rows = [
        [line("  ", one_line(one.path)), line((one_line(name), "dim")), line(one_line(value))]
        for one in logged
        for name, value in one.params.items()
    ]
    lines = columns(rows[:_MOST], limit=width, shrink=((2, 16), (0, 8), (1, 8)))
    more = len(rows) - _MOST
    return [*lines, *([line((f"  … and {more} more", "dim"))] if more > 0 else [])]


def problem_lines(logged: Sequence[LoggedByTask]) -> list[Line]:
    """What was refused, and what could not be read."""
    return [line(("  ! ", "warn"), one_line(text)) for one in logged for text in _problems(one)][:_MOST]


def _problems(one: LoggedByTask) -> Iterator[str]:
    from penstock.metadata.tracking import LOST_LINES, REFUSED

    for name, value in one.tags.items():
        if name.startswith(REFUSED):
            parameter = name.removeprefix(REFUSED)
            kept = shorten(one.params.get(parameter, ""), 60)
            yield f"{one.path}: {parameter} was logged as {shorten(value, 60)}, too; it stays {kept}"
        elif name == LOST_LINES:
            yield f"{one.path}: {value} of the lines that it logged could not be read"
