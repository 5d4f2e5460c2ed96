"""How often texts occur: exact while few are different, then the frequent ones with a bound on what was missed.

The summary is that of Misra and Gries (1982), merged as by Agarwal et al. ("Mergeable summaries", 2013): when there
are more than `FEW` texts, the count of the next one after those is taken off all of them. The true count of a text
lies between its count here and `missed` more.
"""

from typing import TYPE_CHECKING

from penstock.profiles import hashing
from penstock.profiles.distinct import Distinct

if TYPE_CHECKING:
    import polars as pl

FEW = 1000
"""Up to so many different texts are counted exactly, and so many are kept of more."""

LONGEST = 100
"""Longer texts are cut, with a sum of the rest in place of it, so that different ones stay different."""


class Frequencies:
    """The texts of a column."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.missed = 0
        self.distinct_values: Distinct | None = None
        """Set if not exact."""

    @property
    def exact(self) -> bool:
        """Whether every text is counted by itself."""
        return self.distinct_values is None

    @property
    def distinct(self) -> int:
        """How many texts are different; an estimate if not `exact`."""
        return len(self.counts) if self.distinct_values is None else self.distinct_values.estimate()

    def update(self, texts: "pl.Series") -> None:
        """Take in texts, none of them missing."""
        found = texts.rename("text").value_counts(name="n")
        long = found["text"].str.len_bytes().max()
        values, counts = found["text"], found["n"]
        names: list[str] = values.to_list()
        if isinstance(long, int) and long > LONGEST:
            names = [cut(name) for name in names]
        if len(found) > FEW or not self.exact:
            self._sketched().add(hashing.of_texts(names))
        if len(found) > FEW:
            floor = int(counts.top_k(FEW + 1).min())  # type: ignore[arg-type]
            rest = [(name, n - floor) for name, n in zip(names, counts.to_list(), strict=True) if n > floor]
            self.missed += floor
        else:
            rest = list(zip(names, counts.to_list(), strict=True))
        self._add(rest)

    def merged(self, other: "Frequencies") -> "Frequencies":
        """Of both together."""
        result = self.copy()
        if not (self.exact and other.exact):
            theirs = other.copy()
            result.distinct_values = result._sketched().merged(theirs._sketched())
        result.missed += other.missed
        result._add(list(other.counts.items()))
        return result

    def copy(self) -> "Frequencies":
        """One that changes on its own."""
        result = Frequencies()
        result.counts, result.missed = dict(self.counts), self.missed
        result.distinct_values = self.distinct_values and self.distinct_values.copy()
        return result

    def top(self, most: int) -> list[tuple[str, int]]:
        """The most frequent texts, most frequent first; equally frequent ones in the order of the alphabet."""
        return sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))[:most]

    def _add(self, pairs: list[tuple[str, int]]) -> None:
        for text, count in pairs:
            self.counts[text] = self.counts.get(text, 0) + count
        if len(self.counts) > FEW:
            self._sketched()
            floor = sorted(self.counts.values(), reverse=True)[FEW]
            self.counts = {text: count - floor for text, count in self.counts.items() if count > floor}
            self.missed += floor

    def _sketched(self) -> Distinct:
        if self.distinct_values is None:
            self.distinct_values = Distinct()
            self.distinct_values.add(hashing.of_texts(self.counts))
        return self.distinct_values


def cut(text: str) -> str:
    """The text, or the beginning of a long one with a sum of all of it."""
    if len(text.encode("utf-8", "surrogatepass")) <= LONGEST:
        return text
    from hashlib import blake2b

    return f"{text[: LONGEST // 2]}… #{blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=4).hexdigest()}"
