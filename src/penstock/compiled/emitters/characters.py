"""Texts taken apart and put together again: ONNX knows texts only as wholes.

A graph that needs this holds ONNX Runtime's own operator `Tokenizer`, the one thing in it that other runtimes lack.
"""

from functools import cache
from typing import Any

import numpy as np

from penstock.compiled.graph import CONTRIB, ML, Graph

LAST = 0x1FFFF
"""The last character known: those beyond are rare ideographs. Rows with one of them are refused."""
NOTHING = "\ufdd1 "
"""Stands behind the last character or word of a text that is shorter than another one. No character, and no word."""
_OTHERWISE = "\ufdd2"


def with_a_row(texts: str, graph: Graph, row: str = "xx") -> str:
    """The same texts `[rows, 1]` and one more, so that there are some, and one of them is not empty."""
    return graph.add("Concat", texts, graph.constant([[row]], object), axis=0)


def without_the_row(tensor: str, graph: Graph) -> str:
    """Without the last row, which `with_a_row` added."""
    start, end, axis = (graph.constant([value], np.int64) for value in (0, -1, 0))
    return graph.add("Slice", tensor, start, end, axis)


def split(texts: str, graph: Graph, **how: Any) -> str:
    """The characters, or what `tokenexp` finds, of texts `[rows, 1]`: `[rows, longest]`, filled with `NOTHING`."""
    how = how or {"separators": [""]}
    found = graph.add("Tokenizer", texts, domain=CONTRIB, mark=0, mincharnum=1, pad_value=NOTHING, **how)
    return graph.add("Squeeze", found, graph.constant([1], np.int64))


def replaced(characters: str, others: dict[str, str], graph: Graph) -> str:
    """Each character in `others`, and `NOTHING`, replaced; the rest as it is."""
    others = {**others, NOTHING: ""}
    found = graph.add(
        "LabelEncoder",
        characters,
        domain=ML,
        keys_strings=list(others),
        values_strings=list(others.values()),
        default_string=_OTHERWISE,
    )
    same = graph.add("Equal", found, graph.constant([[_OTHERWISE]], object))
    return graph.add("Where", same, characters, found)


def joined(pieces: str, graph: Graph) -> str:
    """The pieces of each row as one text, `[rows, 1]`: pairs of neighbours are joined until one is left."""
    body = Graph(prefix=f"{graph.name()}:")
    width = body.add("Shape", "penstock:joined", start=1, end=2)
    odd = body.add("Mod", width, body.constant([2], np.int64))
    rows = body.add("Shape", "penstock:joined", start=0, end=1)
    filler = body.add("Expand", body.constant([[""]], object), body.add("Concat", rows, odd, axis=0))
    even = body.add("Concat", "penstock:joined", filler, axis=1)
    end, axis, step = (body.constant([value], np.int64) for value in (2**31, 1, 2))
    left = body.add("Slice", even, body.constant([0], np.int64), end, axis, step)
    right = body.add("Slice", even, body.constant([1], np.int64), end, axis, step)
    pair = body.add("StringConcat", left, right)
    more = body.add("Greater", body.add("Shape", pair, start=1, end=2), body.constant([1], np.int64))
    again = body.add("Squeeze", more)
    return graph.loop(body, start=pieces, state="penstock:joined", next_state=pair, again=again)


@cache
def word_characters() -> str:
    r"""What Python's `\w` is, as a class of RE2's: its ranges of code points."""
    import re

    every = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))
    runs = [run.group() for run in re.finditer(r"\w+", every)]
    return "".join(f"\\x{{{ord(run[0]):x}}}-\\x{{{ord(run[-1]):x}}}" for run in runs)


def known_characters() -> list[str]:
    """Every character up to `LAST`."""
    return [chr(code) for code in (*range(1, 0xD800), *range(0xE000, LAST + 1))]
