"""What columns have to do with each other, seen in a sample of the rows: correlations, twins, and ties to the target.

The sample is every n-th row, 2,000 to 4,000 of them: more would not change what a person sees. Rows are used while the
profile is made and are not kept in it.
"""

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from penstock.profiles.column import ColumnProfile

if TYPE_CHECKING:
    import polars as pl

ROWS = 2000
"""The sample has this many rows at least, if there are so many, and twice as many at most."""

COLUMNS = 200
"""Of a wider table, the first so many columns are looked at, and the target."""

_ALL_PAIRS = 40
_STRONG = 0.5
_MOST_PAIRS = 500
_FEWEST_ROWS = 8


@dataclass(frozen=True)
class Tie:
    """A strength, from -1 or 0 to 1, and the number of sampled rows that it was seen in."""

    strength: float
    rows: int

    def merged(self, other: "Tie | None") -> "Tie":
        """The mean of both, weighted by rows."""
        if other is None:
            return self
        rows = self.rows + other.rows
        return Tie(round((self.strength * self.rows + other.strength * other.rows) / rows, 4), rows)


@dataclass(frozen=True)
class Links:
    """What the columns of a table have to do with each other."""

    rows: int = 0
    """How many sampled rows it was seen in."""
    correlations: dict[tuple[str, str], Tie] = field(default_factory=dict)
    """Spearman's rank correlation of numbers, booleans and times, two names in the order of the alphabet: of all pairs
    of up to 40 columns, and of more only those of at least 0.5 either way."""
    twins: list[list[str]] = field(default_factory=list)
    """Columns that have the same value in every row, as far as the statistics and the sample tell."""
    target: dict[str, Tie] = field(default_factory=dict)
    """How much each column tells of the target, 0 to 1: the absolute rank correlation of two numbers, how far two
    classes lie apart in a number (rank-biserial), the correlation ratio of a number and a text, Cramér's V of two
    texts."""

    def merged(self, other: "Links") -> "Links":
        """Of the rows of both: strengths are means, and twins are those in both."""
        if not self.rows or not other.rows:
            return self if self.rows else other
        twins = [[n for n in ours if n in theirs] for ours in self.twins for theirs in other.twins]
        return Links(
            rows=self.rows + other.rows,
            correlations=_merged(self.correlations, other.correlations),
            twins=[group for group in twins if len(group) > 1],
            target=_merged(self.target, other.target),
        )


def _merged(first: "dict[Any, Tie]", second: "dict[Any, Tie]") -> "dict[Any, Tie]":
    both = {key: tie.merged(second.get(key)) for key, tie in first.items()}
    return both | {key: tie for key, tie in second.items() if key not in first}


class Sample:
    """Every n-th row of a table, where n grows with the table."""

    def __init__(self, target: str | None = None) -> None:
        self.target = target
        self.every = 1
        self.rows = 0
        self.frames: list[pl.DataFrame] = []

    def take(self, block: "pl.DataFrame", first: int) -> None:
        """Take its part of a block whose first row is number `first` of the table."""
        kept = block
        if block.width > COLUMNS:
            target = self.target if self.target in block.columns else None
            kept = block[list(dict.fromkeys([*block.columns[:COLUMNS], *([target] if target else [])]))]
        kept = kept.gather_every(self.every, -first % self.every)
        self.frames.append(kept)
        self.rows += kept.height
        while self.rows > 2 * ROWS:
            whole = _whole(self.frames).gather_every(2)
            self.every, self.rows, self.frames = self.every * 2, whole.height, [whole]

    def copy(self) -> "Sample":
        """One that changes on its own."""
        result = Sample(self.target)
        result.every, result.rows, result.frames = self.every, self.rows, list(self.frames)
        return result

    def links(self, columns: list[ColumnProfile]) -> Links:
        """What the sample shows."""
        if self.rows < _FEWEST_ROWS:
            return Links(rows=self.rows)
        frame = _whole(self.frames)
        seen = [column for column in columns if column.name in frame.columns and varies(column)]
        ranks = {c.name: _ranks(frame[c.name]) for c in seen if c.kind in ("number", "boolean", "time")}
        return Links(
            rows=self.rows,
            correlations=_strongest(ranks),
            twins=_twins(frame, seen),
            target=_ties(frame, ranks, seen, self.target),
        )


def varies(column: ColumnProfile) -> bool:
    """Whether not all of its values are the same."""
    return column.distinct + bool(column.below) + bool(column.above) > 1


def _whole(frames: "list[pl.DataFrame]") -> "pl.DataFrame":
    import polars as pl

    return frames[0] if len(frames) == 1 else pl.concat(frames, how="vertical_relaxed")


def _ranks(values: "pl.Series") -> Any:
    """Ranks with ties in the middle, scaled to mean 0 and deviation 1, NaN where the value is missing."""
    import polars as pl

    if values.dtype.is_float():
        values = values.fill_nan(None)
    elif values.dtype == pl.Boolean:
        values = values.cast(pl.Int8)
    ranks = values.rank().cast(pl.Float64).fill_null(float("nan")).to_numpy()
    there = ~np.isnan(ranks)
    spread = ranks[there].std() if there.any() else 0.0
    return (ranks - ranks[there].mean()) / spread if spread else np.full(len(ranks), np.nan)


def _strongest(ranks: dict[str, Any]) -> dict[tuple[str, str], Tie]:
    if len(ranks) < 2:
        return {}
    names = sorted(ranks)
    found = []
    strengths, rows = _pairwise(np.column_stack([ranks[name] for name in names]))
    for i, j in combinations(range(len(names)), 2):
        strength = strengths[i, j]
        if rows[i, j] >= _FEWEST_ROWS and (len(names) <= _ALL_PAIRS or abs(strength) >= _STRONG):
            found.append(((names[i], names[j]), Tie(round(float(strength), 4), int(rows[i, j]))))
    strongest = sorted(found, key=lambda item: (-abs(item[1].strength), item[0]))
    kept = strongest if len(names) <= _ALL_PAIRS else strongest[:_MOST_PAIRS]
    return dict(sorted(kept))


def _pairwise(matrix: Any) -> tuple[Any, Any]:
    """Pearson's correlation of each two columns over the rows that have both, and how many these are."""
    there = ~np.isnan(matrix)
    values, mask = np.where(there, matrix, 0.0), there.astype(float)
    rows = mask.T @ mask
    sums, squares = values.T @ mask, (values**2).T @ mask
    safe = np.maximum(rows, 1)
    between = values.T @ values - sums * sums.T / safe
    spread = np.maximum(squares - sums**2 / safe, 0.0)
    scale = np.sqrt(spread * spread.T)
    return np.clip(np.divide(between, scale, out=np.zeros_like(scale), where=scale > 1e-9), -1, 1), rows.astype(int)


def _twins(frame: "pl.DataFrame", columns: list[ColumnProfile]) -> list[list[str]]:
    groups: dict[Any, list[str]] = {}
    for column in columns:
        seen = column.distribution
        bounds = (seen.low, seen.high) if seen else tuple(column.frequencies.top(3)) if column.frequencies else ()
        facts = (column.kind, column.missing, column.nan, column.below, column.above, column.distinct, column.moments)
        groups.setdefault((facts, bounds), []).append(column.name)
    found = []
    for names in (group for group in groups.values() if len(group) > 1):
        same: dict[tuple[Any, ...], list[str]] = {}
        for name in names:
            same.setdefault(tuple(map(str, frame[name].to_list())), []).append(name)
        found += [group for group in same.values() if len(group) > 1]
    return found


def _ties(
    frame: "pl.DataFrame", ranks: dict[str, Any], columns: list[ColumnProfile], target: str | None
) -> dict[str, Tie]:
    aim = next((column for column in columns if column.name == target), None)
    if aim is None or (aim.name not in ranks and aim.kind != "text"):
        return {}
    found = {}
    for column in columns:
        if column.name != aim.name and (column.name in ranks or column.kind == "text"):
            tie = _tie(frame, ranks, column.name, aim.name)
            if tie is not None:
                found[column.name] = tie
    return found


def _tie(frame: "pl.DataFrame", ranks: dict[str, Any], name: str, target: str) -> Tie | None:
    halves = [_codes(frame[target]), _codes(frame[name])]
    if name in ranks and halves[0].max(initial=-1) == 1:
        strength, seen = _apart(ranks[name], halves[0])
    elif target in ranks and halves[1].max(initial=-1) == 1:
        strength, seen = _apart(ranks[target], halves[1])
    elif name in ranks and target in ranks:
        strengths, rows = _pairwise(np.column_stack([ranks[name], ranks[target]]))
        strength, seen = abs(float(strengths[0, 1])), int(rows[0, 1])
    elif name in ranks or target in ranks:
        number, text = (name, target) if name in ranks else (target, name)
        strength, seen = _correlation_ratio(ranks[number], _codes(frame[text]))
    else:
        strength, seen = _cramer(_codes(frame[name]), _codes(frame[target]))
    return Tie(round(strength, 4), seen) if seen >= _FEWEST_ROWS else None


def _apart(numbers: Any, halves: Any) -> tuple[float, int]:
    """The rank-biserial correlation: 1 if every number of one class is larger than those of the other."""
    import polars as pl

    there = ~np.isnan(numbers) & (halves >= 0)
    ranks, second = pl.Series(numbers[there]).rank().to_numpy(), halves[there] == 1
    n, most = len(ranks), int(second.sum())
    if not 0 < most < n:
        return 0.0, n
    return abs(2 * float(ranks[second].mean() - ranks[~second].mean()) / n), n


def _codes(values: "pl.Series") -> Any:
    """A number for each different value, -1 for what is missing."""
    import polars as pl

    found = values.fill_nan(None) if values.dtype.is_float() else values
    if not (values.dtype.is_numeric() or values.dtype.is_temporal()):
        found = found.cast(pl.Int8 if values.dtype == pl.Boolean else pl.String)
    return (found.rank("dense").cast(pl.Int64) - 1).fill_null(-1).to_numpy()


def _correlation_ratio(numbers: Any, codes: Any) -> tuple[float, int]:
    """How much of the variance of `numbers` lies between groups (epsilon squared, which chance does not raise)."""
    there = ~np.isnan(numbers) & (codes >= 0)
    numbers, codes = numbers[there], np.unique(codes[there], return_inverse=True)[1]
    n, groups = len(numbers), int(codes.max(initial=-1)) + 1
    total = float(((numbers - numbers.mean()) ** 2).sum()) if n else 0.0
    if n <= groups or groups < 2 or not total:
        return 0.0, n
    sizes = np.bincount(codes)
    within = total - float((sizes * (np.bincount(codes, numbers) / sizes - numbers.mean()) ** 2).sum())
    return float(np.sqrt(max(0.0, 1 - (within / (n - groups)) / (total / (n - 1))))), n


def _cramer(first: Any, second: Any) -> tuple[float, int]:
    """Cramér's V, corrected for chance (Bergsma, 2013)."""
    there = (first >= 0) & (second >= 0)
    rows = np.unique(first[there], return_inverse=True)[1]
    columns = np.unique(second[there], return_inverse=True)[1]
    n = len(rows)
    r, c = int(rows.max(initial=-1)) + 1, int(columns.max(initial=-1)) + 1
    if min(r, c) < 2 or r * c > 4_000_000:
        return 0.0, n
    table = np.bincount(rows * c + columns, minlength=r * c).reshape(r, c)
    expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True) / n
    phi = float(((table - expected) ** 2 / expected).sum()) / n
    phi = max(0.0, phi - (r - 1) * (c - 1) / (n - 1))
    smaller = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(min(1.0, phi / smaller))) if smaller > 0 else 0.0, n
