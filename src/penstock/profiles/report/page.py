"""The page from top to bottom: figures, findings, ties between columns, and each column."""

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from penstock.profiles.findings import Finding, findings
from penstock.profiles.report.cards import card
from penstock.profiles.report.charts import heat_map, strength
from penstock.profiles.report.style import CSS, SCRIPT
from penstock.profiles.report.words import label, share

if TYPE_CHECKING:
    from penstock.profiles.table import Profile

_OPEN = 12
_FILTER = 9
_NAMED = 12
_HEAT = 18
_PAIRS = 15


def page(profile: "Profile", title: str) -> str:
    """The whole page: HTML with its style and its few lines of script in it, nothing from outside."""
    found = findings(profile)
    places = {name: f"c{place}" for place, name in enumerate(profile.columns)}
    body = [
        f'<h1 dir="auto">{label(title)}</h1>',
        f'<p class="sub">{_subtitle(profile)}</p>',
        _tiles(profile, found),
        _findings(found, places),
        _ties(profile, places),
        *_columns(profile, found, places),
        f"<footer>{_footer(profile)}</footer>",
    ]
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{CSS}</style>"
    )
    text = "".join(part for part in body if part)
    inside = f"<head>{head}</head><body><main>{text}</main><script>{SCRIPT}</script></body>"
    return f'<!doctype html><html lang="en">{inside}</html>'.encode("utf-8", "backslashreplace").decode()


def _subtitle(profile: "Profile") -> str:
    kinds: dict[str, int] = {}
    for column in profile.columns.values():
        kinds[column.kind] = kinds.get(column.kind, 0) + 1
    counted = sorted(kinds.items(), key=lambda item: -item[1])
    told = ", ".join(f"{count:,} {kind}{'s' if count > 1 else ''}" for kind, count in counted)
    target = f" · target {label(profile.target)}" if profile.target is not None else ""
    return f"Columns: {told or 'none'}{target}"


def _tiles(profile: "Profile", found: list[Finding]) -> str:
    gone = sum(column.missing + column.nan for column in profile.columns.values())
    warnings = sum(finding.severity == "warning" for finding in found)
    tiles = [
        (f"{profile.rows:,}", "row" if profile.rows == 1 else "rows"),
        (f"{len(profile.columns):,}", "column" if len(profile.columns) == 1 else "columns"),
        (share(gone, profile.rows * len(profile.columns)), "of the values missing"),
        (f"{warnings:,}", "warning" if warnings == 1 else "warnings"),
        (f"{len(found) - warnings:,}", "note" if len(found) - warnings == 1 else "notes"),
    ]
    drawn = "".join(f'<div class="tile"><b>{value}</b><span>{name}</span></div>' for value, name in tiles)
    return f'<div class="tiles">{drawn}</div>'


def _findings(found: list[Finding], places: dict[str, str]) -> str:
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(found, key=lambda finding: finding.severity == "note"):
        groups.setdefault((finding.severity, finding.kind), []).append(finding)
    if not groups:
        return ""
    lines = []
    for (severity, kind), group in groups.items():
        named = [_named(finding, places) for finding in group]
        shown = "; ".join(named[:_NAMED])
        if len(named) > _NAMED:
            more = f'<summary class="dim">and {len(named) - _NAMED:,} more</summary>{"; ".join(named[_NAMED:])}'
            shown += f"<details>{more}</details>"
        lines.append(f'<dt><span class="badge {severity}">{kind}</span></dt><dd>{shown}</dd>')
    return f'<h2>What to look at</h2><div class="card pad"><dl class="found">{"".join(lines)}</dl></div>'


def _named(finding: Finding, places: dict[str, str]) -> str:
    between = {"duplicate": " = ", "correlated": " ~ "}.get(finding.kind, ", ")
    linked = between.join(_link(name, places) for name in finding.columns)
    return f'<span title="{escape(finding.text)}">{linked or escape(finding.text)}</span>'


def _link(name: str, places: dict[str, str]) -> str:
    return f'<a href="#{places[name]}" dir="auto">{label(name)}</a>' if name in places else label(name)


def _ties(profile: "Profile", places: dict[str, str]) -> str:
    echoes = {name for group in profile.links.twins for name in group[1:]}
    ties = profile.links.correlations
    pairs = {pair: tie.strength for pair, tie in ties.items() if echoes.isdisjoint(pair)}
    strongest = sorted(pairs.items(), key=lambda item: (-abs(item[1]), item[0]))
    cards = []
    if profile.links.target:
        told = sorted(profile.links.target.items(), key=lambda item: (-item[1].strength, item[0]))[:_PAIRS]
        rows = "".join(_line(_link(name, places), tie.strength) for name, tie in told)
        cards.append(_box(f"What tells of {label(profile.target or '')}", f'<div class="list">{rows}</div>'))
    if strongest:
        listed = "".join(
            _line(f"{_link(one, places)} <span class=dim>·</span> {_link(other, places)}", value)
            for (one, other), value in strongest[:_PAIRS]
        )
        cards.append(_box("Strongest rank correlations", f'<div class="list">{listed}</div>'))
        if len(strongest) > 2:
            names = list(dict.fromkeys(name for pair, _ in strongest for name in pair))[:_HEAT]
            ordered = [name for name in profile.columns if name in names]
            cards.append(_box("Rank correlations", heat_map(ordered, pairs)))
    if not cards:
        return ""
    seen = f'<span class="dim">(in {profile.links.rows:,} sampled rows)</span>'
    return f'<h2>What goes together {seen}</h2><div class="split">{"".join(cards)}</div>'


def _box(title: str, inside: str) -> str:
    return f'<div class="card pad"><h3>{title}</h3>{inside}</div>'


def _line(name: str, value: float) -> str:
    figure = f"{value:.2f}".replace("-", "−")
    return f'<div><span>{name}</span>{strength(value)}<span class="figure">{figure}</span></div>'


def _columns(profile: "Profile", found: list[Finding], places: dict[str, str]) -> Iterator[str]:
    if not profile.columns:
        return
    yield "<h2>Columns</h2>"
    if len(profile.columns) > _FILTER:
        hint = "Filter by name, type or finding"
        yield f'<input class="filter" type="search" placeholder="{hint}" aria-label="{hint}" hidden>'
    of_column: dict[str, list[Finding]] = {}
    for finding in found:
        for name in finding.columns[:1]:
            of_column.setdefault(name, []).append(finding)
    for name, column in profile.columns.items():
        is_open = len(profile.columns) <= _OPEN
        yield card(column, of_column.get(name, []), places[name], is_open=is_open, is_target=name == profile.target)


def _footer(profile: "Profile") -> str:
    if all(column.exact for column in profile.columns.values()):
        return "All figures are exact, but for those of sampled rows."
    return (
        "Counts, means, deviations, smallest and largest values are exact. Of columns with more than 1,000 different"
        " values, quantiles and histograms are within 0.5 % of the rows, numbers of different values within some 3 %."
    )
