"""A profile as lines."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from penstock.cli.text import Line, columns, line
from penstock.core.errors import UserError
from penstock.platform.report.words import one_line

if TYPE_CHECKING:
    from penstock.profiles import ColumnProfile, Profile
    from penstock.profiles.findings import Finding

_STEPS = "▁▂▃▄▅▆▇█"
_BARS = 12
_MOST = 12


@dataclass(kw_only=True, eq=False)
class NoTable(UserError, ValueError):
    """An artifact is to be looked at as a table, and is none."""

    code: ClassVar[str] = "CLI020"
    artifact: str
    reason: str

    def message(self) -> str:
        return f"artifact {self.artifact} is no table: {self.reason}"

    def hint(self) -> str:
        return "`penstock artifacts list` shows what there is, and of which type"


def profile_lines(profile: "Profile", title: str, notes: list[str], width: int) -> list[Line]:
    """Everything that `penstock profile` prints: a line a column, then what to look at."""
    from penstock.profiles.report.words import share

    head = line(
        (one_line(title), "bold"), f"  {_counted(profile.rows, 'row')}, {_counted(len(profile.columns), 'column')}"
    )
    names = ("COLUMN", "TYPE", "MISSING", "DIFFERENT", "", "LOW", "MIDDLE", "HIGH")
    rows = [[line((name, "dim")) for name in names]]
    for column in profile.columns.values():
        gone = column.missing + column.nan
        missing = share(gone, column.rows).replace("&lt;", "<").replace("&gt;", ">") if gone else ""
        low, middle, high = _three(column)
        cells = [missing, _different(column), _spark(column), low, middle, high]
        rows.append([line((one_line(column.name) or "''", "bold")), line((column.type, "dim")), *(map(line, cells))])
    table = columns(rows, limit=width, right=(2, 3, 5), shrink=((0, 16), (7, 12), (6, 12), (5, 12)))
    found = [(), line(("what to look at", "bold")), *_found(profile.findings(), width)] if profile.findings() else []
    return [head, (), *table, *found, *(line((f"{note}", "yellow")) for note in notes)]


def _found(findings: "list[Finding]", width: int) -> list[Line]:
    """A line for each kind of finding, with the columns that it is about."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: finding.severity == "note"):
        groups.setdefault((finding.severity, finding.kind), []).append(finding)
    rows = []
    for (severity, kind), group in groups.items():
        style = "yellow" if severity == "warning" else "dim"
        if len(group) == 1:
            name = f"{one_line(group[0].columns[0])}: " if group[0].columns else ""
            text = name + one_line(group[0].text)
        else:
            text = ", ".join(one_line(finding.columns[0]) for finding in group[:_MOST])
            text += f" and {len(group) - _MOST:,} more" if len(group) > _MOST else ""
        rows.append([line("  ", (kind, style)), line(text)])
    return columns(rows, limit=width, shrink=((1, 20),))


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _three(column: "ColumnProfile") -> tuple[str, str, str]:
    """Smallest, middle and largest value; of texts the most frequent ones."""
    from html import unescape

    from penstock.profiles.report.words import share, text

    if column.kind in ("number", "time") and column.min is not None:
        low, middle, high = (text(value) for value in (column.min, column.quantile(0.5), column.max))
        return low, middle, high
    shown = [f"{_word(each.value)} {share(each.count, column.count)}" for each in column.top(3)]
    first, second, third = [*(one_line(unescape(each)) for each in shown), "", "", ""][:3]
    return first, second, third


def _word(value: Any) -> str:
    from penstock.profiles.report.words import text

    if isinstance(value, str):
        return repr(value) if not value.strip() else value if len(value) <= 24 else value[:23] + "…"
    return text(value)


def _different(column: "ColumnProfile") -> str:
    if column.kind == "other":
        return ""
    return f"{'' if column.exact else '~'}{column.distinct:,}"


def _spark(column: "ColumnProfile") -> str:
    """The histogram in one line."""
    from penstock.profiles.report.charts import bars_of

    if column.kind not in ("number", "time"):
        return ""
    counts = [bar.count for bar in bars_of(column, _BARS)]
    most = max(counts, default=0)
    return "".join(_STEPS[min(7, int(8 * count / most))] if count > 0 else " " for count in counts) if most else ""
