"""Small charts as SVG and plain boxes, which grow with the page and take its colors."""

from collections.abc import Sequence
from itertools import pairwise

from penstock.profiles.column import Bin, ColumnProfile, Frequent
from penstock.profiles.report.words import label, number, share, text

_BINS = 32
_FEW = 24
_LONG = 6.0


def bars_of(column: ColumnProfile, bins: int = _BINS) -> list[Bin]:
    """A histogram for the eye: one bar a value where there are few integers, and without the outermost tails if
    these would press all else into one bar."""
    seen = column.distribution
    if seen is None or not seen.n:
        return []
    if seen.exact and column.type == "integer" and seen.high - seen.low < min(_FEW, 2 * bins):
        ends = [seen.low - 0.5 + step for step in range(int(seen.high - seen.low) + 2)]
        shares = [0.0, *(float(seen.cdf(end)) for end in ends[1:])]
        return [Bin(low, low + 1, (b - a) * seen.n) for low, (a, b) in zip(ends, pairwise(shares), strict=False)]
    low, high = (float(value) for value in seen.quantiles([0.005, 0.995]))
    if seen.high - seen.low > _LONG * (high - low) and high > low:
        return column.histogram(bins, low, high)
    return column.histogram(bins)


def histogram(column: ColumnProfile) -> str:
    """Bars for numbers and times, with what is at both ends; nothing for a column without values."""
    bars = bars_of(column)
    tips = [f"<title>{_range(column, bar)}: {number(round(bar.count))}</title>" for bar in bars]
    drawn = [f'<path d="{shape}">{tip}</path>' for shape, tip in zip(_shapes(bars), tips, strict=True)]
    return _svg(drawn) + _axis(column, bars) if bars else ""


def sparkline(column: ColumnProfile) -> str:
    """The same without words."""
    bars = bars_of(column)
    return _svg([f'<path d="{"".join(_shapes(bars))}"/>']) if bars else ""


def _svg(drawn: list[str]) -> str:
    head = '<svg class="histogram" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">'
    return f"{head}{''.join(drawn)}</svg>"


def _shapes(bars: list[Bin]) -> list[str]:
    """Each bar as a path; what is not empty can be seen."""
    most = max((bar.count for bar in bars), default=0) or 1.0
    width = 100 / max(1, len(bars))
    heights = [max(1.5, 100 * bar.count / most) if bar.count > 0 else 0.0 for bar in bars]
    return [
        f"M{(place + 0.08) * width:.2f} 100v-{height:.2f}h{0.84 * width:.2f}v{height:.2f}z"
        for place, height in enumerate(heights)
    ]


def categories(items: Sequence[Frequent], column: ColumnProfile) -> str:
    """A bar with its label and share for each value, and one for all others."""
    shown = sum(item.count for item in items)
    rest = column.count - shown
    most = max([item.count for item in items], default=1)
    lines = [_bar(text(item.value), item.count, most, column.count) for item in items]
    if rest > 0 and column.distinct > len(items):
        others = f"{column.distinct - len(items):,} others"
        lines.append(_bar(f'<i class="dim">{others}</i>', rest, max(most, rest), column.count, dim=True))
    return f'<div class="bars">{"".join(lines)}</div>'


def stripe(items: Sequence[Frequent], column: ColumnProfile) -> str:
    """One bar, cut into the shares of the most frequent values."""
    parts = [f'<b style="width:{100 * item.count / column.count:.2f}%"></b>' for item in items if item.count > 0]
    return f'<div class="stripe" aria-hidden="true">{"".join(parts)}</div>'


def strength(value: float) -> str:
    """A strength from -1 to 1 as a bar."""
    side = "minus" if value < 0 else "plus"
    return f'<span class="meter"><b class="{side}" style="width:{100 * abs(value):.1f}%"></b></span>'


def heat_map(names: Sequence[str], strengths: dict[tuple[str, str], float]) -> str:
    """Correlations as a grid: each cell colored by its strength, with the figure in its title."""
    head = "".join(f"<th><span>{label(name)}</span></th>" for name in names)
    rows = []
    for first in names:
        cells = []
        for second in names:
            value = 1.0 if first == second else strengths.get((min(first, second), max(first, second)))
            cells.append(_cell(first, second, value))
        rows.append(f"<tr><th>{label(first)}</th>{''.join(cells)}</tr>")
    return f'<div class="scroll"><table class="heat"><tr><td></td>{head}</tr>{"".join(rows)}</table></div>'


def _cell(first: str, second: str, value: float | None) -> str:
    if value is None:
        return '<td class="none"></td>'
    side = "minus" if value < 0 else "plus"
    tip = f"{label(first)} · {label(second)}: {value:.2f}".replace("-", "−")
    return f'<td class="{side}" style="--s:{abs(value):.2f}" title="{tip}"></td>'


def _bar(name: str, count: int, most: int, whole: int, *, dim: bool = False) -> str:
    kind = ' class="rest"' if dim else ""
    return (
        f'<div{kind}><span class="name" dir="auto">{name}</span><span class="track"><b style="width:'
        f'{100 * count / most:.1f}%"></b></span><span class="share">{share(count, whole)}</span></div>'
    )


def _range(column: ColumnProfile, bar: Bin) -> str:
    if column.type == "integer" and bar.high - bar.low <= 1:
        return text(round((bar.low + bar.high) / 2))
    return f"{text(column.shown(bar.low))} – {text(column.shown(bar.high))}"


def _axis(column: ColumnProfile, bars: list[Bin]) -> str:
    seen = column.distribution
    assert seen is not None
    low, high = max(bars[0].low, seen.low), min(bars[-1].high, seen.high)
    cut = "" if (low, high) == (seen.low, seen.high) else "<i>0.5 % at each end not drawn</i>"
    ends = f"<span>{text(column.shown(low))}</span>{cut}<span>{text(column.shown(high))}</span>"
    return f'<div class="axis">{ends}</div>'
