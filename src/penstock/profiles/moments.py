"""Mean and standard deviation of numbers that come in parts (Chan, Golub and LeVeque, 1979)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LARGE = 1e150
"""Squares of larger numbers are too large for a float."""


@dataclass(frozen=True)
class Moments:
    """Of some numbers: how many, their mean, and the sum of squared distances from it."""

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0

    @staticmethod
    def of(values: NDArray[np.float64]) -> "Moments":
        """Of one or more finite numbers. What is too large for a float becomes infinite."""
        with np.errstate(over="ignore", invalid="ignore"):
            mean = float(values.mean())
            mean = mean if math.isfinite(mean) else float((values / len(values)).sum())
            away = values - mean
            np.multiply(away, away, out=away)  # no `dot`, whose rounding depends on the number of threads
            return Moments(len(values), mean, float(away.sum()))

    @staticmethod
    def of_counts(values: NDArray[np.float64], counts: NDArray[np.int64]) -> "Moments":
        """Of numbers each of which is there so many times."""
        n = int(counts.sum())
        mean = float((values * counts).sum() / n)
        return Moments(n, mean, float(((values - mean) ** 2 * counts).sum()))

    def merged(self, other: "Moments") -> "Moments":
        """Of both together."""
        if not self.n or not other.n:
            return self if self.n else other
        n = self.n + other.n
        apart = other.mean - self.mean
        if abs(apart) > _LARGE:
            return Moments(n, self.mean * (self.n / n) + other.mean * (other.n / n), math.inf)
        between = apart**2 * self.n * (other.n / n)
        return Moments(n, self.mean + apart * (other.n / n), self.squares + other.squares + between)

    @property
    def std(self) -> float | None:
        """The standard deviation of a sample (n - 1); None of fewer than two."""
        return math.sqrt(self.squares / (self.n - 1)) if self.n > 1 else None
