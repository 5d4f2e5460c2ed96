"""One column in the report: a line to skim, and what opens under it."""

from collections.abc import Iterator
from html import escape

from penstock.profiles.column import ColumnProfile
from penstock.profiles.findings import Finding
from penstock.profiles.report.charts import categories, histogram, sparkline, stripe
from penstock.profiles.report.words import label, number, share, text

_SHOWN = 8


def card(column: ColumnProfile, found: list[Finding], place: str, *, is_open: bool, is_target: bool) -> str:
    """The column as a part of the page with the id `place`."""
    kinds = " ".join(dict.fromkeys(finding.kind for finding in found))
    words = escape(f"{column.name} {column.type} {kinds}{' target' if is_target else ''}")
    return (
        f'<details class="card" id="{place}" data-words="{words}"{" open" if is_open else ""}>'
        f"<summary>{_title(column, found, is_target=is_target)}"
        f'<div class="mini">{_mini(column)}</div><div class="brief">{_brief(column)}</div></summary>'
        f'<div class="more"><div>{_chart(column)}</div>{_stats(column)}{_notes(found)}</div></details>'
    )


def _title(column: ColumnProfile, found: list[Finding], *, is_target: bool) -> str:
    badges = [f'<span class="badge kind">{escape(column.type)}</span>']
    if is_target:
        badges.append('<span class="badge">target</span>')
    shown = {finding.kind: finding for finding in found}
    badges += [
        f'<span class="badge {finding.severity}" title="{escape(finding.text)}">{kind}</span>'
        for kind, finding in shown.items()
    ]
    name = f'<span class="title" dir="auto">{label(column.name)}</span>'
    return f'<div>{name}<div class="badges">{"".join(badges)}</div></div>'


def _mini(column: ColumnProfile) -> str:
    if column.kind in ("number", "time"):
        return sparkline(column)
    return stripe(column.top(6), column) if column.count and column.kind != "other" else ""


def _brief(column: ColumnProfile) -> str:
    gone = column.missing + column.nan
    parts = []
    if column.kind in ("number", "time") and column.min is not None:
        parts.append(f"{text(column.min)} – {text(column.max)}")
    elif column.kind in ("text", "boolean") and column.count:
        parts.append(f"{_about(column)}{column.distinct:,} different")
    if gone:
        parts.append(f"{share(gone, column.rows)} missing")
    return "<br>".join(parts)


def _chart(column: ColumnProfile) -> str:
    if not column.count:
        return '<p class="dim">no values</p>'
    if column.kind in ("number", "time"):
        return histogram(column)
    if column.kind == "other":
        return '<p class="dim">values of this type are only counted</p>'
    return categories(column.top(_SHOWN), column)


def _stats(column: ColumnProfile) -> str:
    rows = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in _facts(column))
    return f'<table class="stats">{rows}</table>'


def _facts(column: ColumnProfile) -> Iterator[tuple[str, str]]:
    yield "values", number(column.count)
    for name, count in (("missing", column.missing), ("not a number", column.nan), ("infinite", column.infinite)):
        if count:
            yield name, f"{number(count)} <span class=dim>({share(count, column.rows)})</span>"
    if column.kind == "other" or not column.count:
        return
    yield "different", f"{_about(column)}{number(column.distinct)}"
    if column.kind == "number" and column.mean is not None:
        yield "mean", text(column.mean)
        yield "deviation", text(column.std)
    if column.kind in ("number", "time") and column.min is not None:
        yield "smallest", text(column.min)
        for name, rank in (("1 %", 0.01), ("25 %", 0.25), ("median", 0.5), ("75 %", 0.75), ("99 %", 0.99)):
            yield name, text(column.quantile(rank))
        yield "largest", text(column.max)
    if column.kind == "number":
        zero = next((each.count for each in column.top(3) if each.value == 0), 0)
        if zero:
            yield "zeros", f"{_about(column)}{share(zero, column.count)}"
    if column.lengths is not None and column.lengths.n:
        low, middle, high = (number(int(value)) for value in column.lengths.quantiles([0.0, 0.5, 1.0]))
        yield "length", low if low == high else f"{low} – {high}, median {middle}"
    if column.zone:
        yield "time zone", f"{label(column.zone)}, shown in UTC"


def _notes(found: list[Finding]) -> str:
    if not found:
        return ""
    lines = "".join(
        f'<li><span class="badge {finding.severity}">{finding.kind}</span>{escape(finding.text)}</li>'
        for finding in found
    )
    return f'<ul class="notes">{lines}</ul>'


def _about(column: ColumnProfile) -> str:
    return "" if column.exact else "≈ "
