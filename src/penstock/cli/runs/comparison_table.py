"""Runs side by side, as a table and as JSON."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from penstock.cli.text import Line, columns, line
from penstock.metadata.records import Run
from penstock.platform.comparison import MISSING, Row, Value, run_ids
from penstock.platform.report.logged import number_as_json
from penstock.platform.report.words import duration, number, one_line, value

_LONGEST_VALUE = 40


def comparison_lines(runs: Sequence[Run], rows: Sequence[Row], width: int) -> list[Line]:
    """A column for each run, sections below each other, and the difference at the right."""
    if not rows:
        return [line(("these runs do not differ in parameters and metrics", "dim"))]
    table: list[list[Line]] = [[line(""), *(line((ident, "bold")) for ident in run_ids(runs)), line(("", ""))]]
    for section, group in groupby(rows, key=lambda row: row.section):
        if section != "run":
            table += [[line("")], [line((section, "bold"))]]
        table += [_cells(row) for row in group]
    count = len(runs)
    shrink = [(0, 12), *((index, 8) for index in range(1, count + 1)), (count + 1, 0)]
    return columns(table, limit=width, right=range(1, count + 1), shrink=shrink)


def comparison_as_json(runs: Sequence[Run], rows: Sequence[Row]) -> dict[str, Any]:
    """The ids, and a record for each row; null stands for what a run has not."""
    records = [
        {
            "section": row.section,
            "task": row.task,
            "name": row.name,
            "values": [_json(one) for one in row.values],
            "differs": row.differs,
            "difference": row.difference,
        }
        for row in rows
    ]
    return {"runs": run_ids(runs), "rows": records}


def _cells(row: Row) -> list[Line]:
    style = "bold" if row.differs else ""
    shown = "took" if row.section == "run" and row.name == "seconds" else one_line(row.name)
    name = line("  ", (f"{one_line(row.task)}  " if row.task else "", "dim"), shown)
    return [name, *(_value(row, one, style) for one in row.values), line(("", ""), (_difference(row), "dim"))]


def _value(row: Row, one: Value, style: str) -> Line:
    if one is MISSING:
        return line(("–", "dim"))
    if row.section == "metrics" and isinstance(one, int | float):
        return line((number(one), style))
    if row.section == "run":
        took = isinstance(one, int | float)
        return line((duration(float(one)) if took else one_line(str(one or "")), style))  # type: ignore[arg-type]
    text = str(one) if row.section == "logged parameters" else value(one, _LONGEST_VALUE)  # type: ignore[arg-type]
    return line((one_line(text)[:_LONGEST_VALUE], style))


def _difference(row: Row) -> str:
    difference = row.difference
    if not difference or row.section == "run":
        return ""
    sign = "+" if difference > 0 else "−"
    share = f"  {sign}{abs(row.share):.1%}" if row.share is not None and abs(row.share) < 100 else ""
    return f"{sign}{number(abs(difference))}{share}"


def _json(one: Value) -> Any:
    if one is MISSING:
        return None
    return number_as_json(one) if isinstance(one, float) else one
