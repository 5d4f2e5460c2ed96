"""How probable a gain is by chance."""

import math
from statistics import NormalDist

_NORMAL = NormalDist()
_EXACT = 1000
"""Of more tosses the normal distribution is as good."""


def chance_of(excess: float, error: float) -> float:
    """The probability of so large an excess, of a number with this standard error; without any, a tie is no excess."""
    if not error > 0:
        return 0.0 if excess > 1e-12 else 1.0
    return 1 - _NORMAL.cdf(excess / error) if math.isfinite(error) else 1.0


def chance_of_wins(wins: int, tosses: int) -> float:
    """The probability that a fair coin falls `wins` times or more, of so many tosses."""
    if tosses == 0:
        return 1.0
    if tosses > _EXACT:
        return 1 - _NORMAL.cdf((wins - 0.5 - tosses / 2) / math.sqrt(tosses / 4))
    return float(sum(math.comb(tosses, number) for number in range(wins, tosses + 1)) / 2**tosses)
