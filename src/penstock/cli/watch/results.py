"""What a run gave, as lines: its outputs, and a table of its metrics."""

from collections.abc import Sequence

from penstock.cli.text import Line, columns, line
from penstock.platform.report.facts import Output, TaskMetrics, kind_of
from penstock.platform.report.words import number, one_line, size, value

MOST_METRICS = 20
MOST_COLUMNS = 6


def output_lines(outputs: Sequence[Output], width: int) -> list[Line]:
    """One line an output: a value, or what an artifact is, how large, and its id."""
    rows: list[list[Line]] = []
    for output in outputs:
        name = line("  ", one_line(output.name))
        if not output.is_artifact:
            rows.append([name, line(one_line(value(output.value)))])
        elif len(output.artifacts) == 1:
            artifact = output.artifacts[0]
            kind = kind_of(artifact)
            rows.append([name, line(kind), line((size(artifact.size), "dim")), line((artifact.artifact_id, "dim"))])
        else:
            rows.append([name, line(f"{len(output.artifacts)} artifacts")])
    return columns(rows, limit=width, right=(2,), shrink=((1, 8), (0, 8)))


def metric_lines(measured: Sequence[TaskMetrics], width: int) -> list[Line]:
    """A table: metrics down, tasks across; one task below another where there are many."""
    return _long_table(measured, width) if len(measured) > MOST_COLUMNS else _wide_table(measured, width)


def _long_table(measured: Sequence[TaskMetrics], width: int) -> list[Line]:
    rows = [
        [line("  ", one_line(item.path)), line((one_line(name), "dim")), line(number(amount))]
        for item in measured
        for name, amount in item.values.items()
    ]
    table = columns(rows[:MOST_METRICS], limit=width, right=(2,), shrink=((0, 16), (1, 8)))
    return [*table, *_more(len(rows) - MOST_METRICS)]


def _wide_table(measured: Sequence[TaskMetrics], width: int) -> list[Line]:
    names = list(dict.fromkeys(name for item in measured for name in item.values))
    several = len({item.path for item in measured}) < len(measured)
    heads = [f"{item.path}.{item.name}" if several else item.path for item in measured]
    table: list[list[Line]] = [[line(""), *(line((one_line(head), "dim")) for head in heads)]]
    for name in names[:MOST_METRICS]:
        cells = (line(number(item.values[name])) if name in item.values else line("") for item in measured)
        table.append([line("  ", one_line(name)), *cells])
    cells_of = range(len(heads) + 1)
    lines = columns(table, limit=width, right=cells_of[1:], shrink=[(index, 8) for index in cells_of])
    return [*lines, *_more(len(names) - MOST_METRICS)]


def _more(count: int) -> list[Line]:
    return [line((f"  … and {count} more", "dim"))] if count > 0 else []
