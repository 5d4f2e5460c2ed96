"""Hashes of values that are the same on every machine, in every process and with every version of a library.

They only need to spread well: they count how many different values there are.
"""

from collections.abc import Iterable
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_WHOLE = 2**53
_BIG = np.uint64(0x9E3779B97F4A7C15)


def spread(bits: Hashes) -> Hashes:
    """The last steps of SplitMix64 (Steele, Lea and Flood, 2014): a permutation after which every bit looks random."""
    z: Hashes = bits + _BIG
    z ^= z >> np.uint64(30)
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z


def of_numbers(values: NDArray[np.float64]) -> Hashes:
    """Of floats; a whole number has the same hash wherever it is kept as an integer."""
    return spread((values + 0.0).view(np.uint64))  # `+ 0.0` makes one zero of two


def of_integers(values: NDArray[Any]) -> Hashes:
    """Of 64-bit integers: as floats where a float can hold them, so that equal numbers are equal."""
    exact = (values <= _WHOLE) & (values >= -_WHOLE)
    return np.where(exact, of_numbers(values.astype(np.float64)), spread(values.view(np.uint64) ^ _BIG))


def of_texts(texts: Iterable[str]) -> Hashes:
    """Of texts: CRC-32 beside the length. Beyond some 100 million different ones it counts too few."""
    sums = [crc32(raw) | len(raw) << 32 for raw in (text.encode("utf-8", "surrogatepass") for text in texts)]
    return spread(np.array(sums, dtype=np.uint64))


def coin(*state: int) -> int:
    """0 or 1, which depends on `state` alone and looks as if it did not."""
    z = 0
    for part in state:
        z = (z ^ part) + 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
        z ^= z >> 31
    return z & 1
