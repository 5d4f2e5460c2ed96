"""MurmurHash3 of texts in the arithmetic of int64, and what is built on it.

ONNX gives no access to the bytes of a text, so a table says for each character which bytes it has in UTF-8. They are
laid one after the other into blocks of four, which are then mixed as the algorithm says.
"""

from typing import Any

import numpy as np

from penstock.compiled.emitters.characters import (
    NOTHING,
    known_characters,
    split,
    with_a_row,
    without_the_row,
)
from penstock.compiled.emitters.labels import label_of
from penstock.compiled.emitters.registry import emits
from penstock.compiled.graph import ML, Block, CannotCompile, Graph, numbers

WIDEST = 1 << 18
"""With more columns than this, a dense row would be megabytes."""
_WORD = 1 << 32


@emits("penstock.CategoryHasher")
def category_hasher(hasher: Any, block: Block, graph: Graph) -> Block:
    check_width(hasher.n_features)
    texts, gone = [], []
    for name, column in zip(hasher._names(None, block.width), graph.columns(block), strict=True):
        label, missing = label_of(column, graph)
        texts.append(graph.add("StringConcat", graph.constant([[f"{name}="]], object), label))
        gone.append(missing)
    joined = texts[0] if len(texts) == 1 else graph.add("Concat", *texts, axis=1)
    missing = gone[0] if len(gone) == 1 else graph.add("Concat", *gone, axis=1)
    return hashed_features(joined, len(texts), missing, hasher.n_features, hasher.alternate_sign, graph)


@emits("sklearn.FeatureHasher")
def feature_hasher(hasher: Any, block: Block, graph: Graph) -> Block:
    if hasher.input_type != "string":
        raise CannotCompile(f"it takes input_type={hasher.input_type!r}, and a column is text or number")
    if not block.textual:
        raise CannotCompile("a category of it is no text")
    check_width(hasher.n_features)
    columns = graph.columns(block)
    for column in columns:
        graph.refuse(graph.is_missing(column))
    texts = graph.matrix(block, to="string")
    nowhere = graph.add("Equal", texts, graph.constant([[NOTHING]], object))
    return hashed_features(texts, len(columns), nowhere, hasher.n_features, hasher.alternate_sign, graph)


def check_width(width: int) -> None:
    """Raises `CannotCompile` for more columns than a graph, which has no sparse matrices, should have."""
    if width > WIDEST:
        raise CannotCompile(
            f"{width:,} columns are too many for a graph, whose rows are dense; take at most {WIDEST:,}"
        )


def hashed_features(texts: str, columns: int, gone: str, width: int, signed: bool, graph: Graph) -> Block:
    """Texts `[rows, columns]` counted in the `width` columns that their hashes choose, but where they are `gone`."""
    return numbers(scattered(hash_of(texts, graph, columns), gone, width, signed, graph), width)


def scattered(hashed: str, gone: str, width: int, signed: bool, graph: Graph) -> str:
    """What hashes `[rows, n]` add up to in `width` columns."""
    one, zero = graph.constant([[1.0]]), graph.constant([[0.0]])
    place = graph.add("Mod", graph.add("Abs", hashed), graph.constant([[width]], np.int64))
    negative = graph.add("Less", hashed, graph.constant([[0]], np.int64))
    sign = graph.add("Where", negative, graph.constant([[-1.0 if signed else 1.0]]), one)
    return graph.scatter_add(place, graph.add("Where", gone, zero, sign), width)


def hash_of(texts: str, graph: Graph, columns: int | None = None) -> str:
    """MurmurHash3, 32 bits, seed 0, of each text's UTF-8, as int64: signed, as scikit-learn has it.

    Args:
        texts: `[rows, columns]`.
        graph: It may refuse rows: those with characters beyond `LAST`.
        columns: How many; known only when the graph runs, if None.
    """
    flat = graph.add("Reshape", texts, graph.constant([-1, 1], np.int64))
    size, packed = _bytes(split(with_a_row(flat, graph), graph), graph)
    unknown = without_the_row(graph.row_max(graph.cast(graph.equal_to(packed, -2), "int64")), graph)
    shape = graph.add("Shape", texts) if columns is None else graph.constant([-1, columns], np.int64)
    graph.refuse(graph.cast(graph.row_max(graph.add("Reshape", unknown, shape)), "bool"))
    known = graph.at_least(packed, 0)  # `Max` of ONNX Runtime makes 0 of an int64 beyond 2^31
    packed = graph.add("Where", known, packed, graph.constant([[0]], np.int64))
    hashed = _murmur(size, packed, graph)
    return graph.add("Reshape", without_the_row(hashed, graph), shape)


def _bytes(characters: str, graph: Graph) -> tuple[str, str]:
    """Of each character the number of its bytes, and the bytes, the first one lowest; -2 if it is not known."""
    known = known_characters()
    values = [int.from_bytes(character.encode(), "little") for character in known]
    packed = graph.add(
        "LabelEncoder",
        characters,
        domain=ML,
        keys_strings=[NOTHING, *known],
        values_int64s=[-1, *values],
        default_int64=-2,
    )
    size = graph.cast(graph.at_least(packed, 0), "int64")
    for limit in (1 << 8, 1 << 16, 1 << 24):
        size = graph.add("Add", size, graph.cast(graph.at_least(packed, limit), "int64"))
    return size, packed


def _murmur(size: str, packed: str, graph: Graph) -> str:
    length = graph.add("ReduceSum", size, graph.constant([1], np.int64), keepdims=1)
    blocks = _blocks(size, packed, graph)
    mixed = _times(_rotated(_times(blocks, 0xCC9E2D51, graph), 15, graph), 0x1B873593, graph)
    full = graph.add("Div", length, graph.constant([[4]], np.int64))
    body = Graph(prefix=f"{graph.name()}:")
    both = body.add("BitwiseXor", "penstock:hash", "penstock:block")
    turned = body.add("Mul", _rotated(both, 13, body), body.constant([5], np.int64))
    turned = body.add("Add", turned, body.constant([0xE6546B64], np.int64))
    turned = body.add("Mod", turned, body.constant([_WORD], np.int64))
    following = body.add("Where", "penstock:full", turned, both)
    count = graph.add("Shape", blocks, start=1, end=2)
    numbered = graph.add("Range", graph.scalar(0), graph.add("Squeeze", count), graph.scalar(1))
    is_full = graph.add("Transpose", graph.add("Less", numbered, full), perm=[1, 0])
    by_block = graph.add("Transpose", mixed, perm=[1, 0])
    zero = graph.add("Mul", graph.add("Squeeze", length, graph.constant([1], np.int64)), graph.constant([0], np.int64))
    last = graph.scan(
        body, state=("penstock:hash", zero, following), inputs={"penstock:block": by_block, "penstock:full": is_full}
    )
    done = graph.add("BitwiseXor", graph.add("Unsqueeze", last, graph.constant([1], np.int64)), length)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        done = graph.add("BitwiseXor", done, graph.add("Div", done, graph.constant([[1 << shift]], np.int64)))
        done = _times(done, factor, graph) if factor > 1 else done
    negative = graph.cast(graph.at_least(done, 1 << 31), "int64")
    return graph.add("Sub", done, graph.add("Mul", negative, graph.constant([[_WORD]], np.int64)))


def _blocks(size: str, packed: str, graph: Graph) -> str:
    """The bytes of all characters in a row, one after the other, in words of four: `[rows, longest]`."""
    behind = graph.add("CumSum", size, graph.constant(1, np.int64))
    offset = graph.add("Sub", behind, size)
    place = graph.add("Div", offset, graph.constant([[4]], np.int64))
    shift = graph.add("Mod", offset, graph.constant([[4]], np.int64))
    shifted = graph.add(
        "Mul", packed, graph.add("Gather", graph.constant([1, 1 << 8, 1 << 16, 1 << 24], np.int64), shift)
    )
    low = graph.add("Mod", shifted, graph.constant([[_WORD]], np.int64))
    high = graph.add("Div", shifted, graph.constant([[_WORD]], np.int64))
    longest = graph.add("ReduceMax", graph.add("Reshape", behind, graph.constant([-1], np.int64)), keepdims=0)
    words = graph.add("Div", longest, graph.scalar(4))
    width = graph.add("Add", words, graph.scalar(2))
    next_place = graph.add("Add", place, graph.constant([[1]], np.int64))
    first = graph.scatter_add(place, low, width, dtype=np.int64)
    return graph.add("Add", first, graph.scatter_add(next_place, high, width, dtype=np.int64))


def _times(word: str, factor: int, graph: Graph) -> str:
    """The product modulo 2^32, without leaving int64: 32 times 16 bits at a time."""
    word_size = graph.constant([_WORD], np.int64)
    low = graph.add("Mul", word, graph.constant([factor & 0xFFFF], np.int64))
    high = graph.add("Mul", word, graph.constant([factor >> 16], np.int64))
    high = graph.add("Mod", high, graph.constant([1 << 16], np.int64))
    high = graph.add("Mul", high, graph.constant([1 << 16], np.int64))
    return graph.add("Mod", graph.add("Add", low, high), word_size)


def _rotated(word: str, bits: int, graph: Graph) -> str:
    left = graph.add("Mul", word, graph.constant([1 << bits], np.int64))
    left = graph.add("Mod", left, graph.constant([_WORD], np.int64))
    return graph.add("Add", left, graph.add("Div", word, graph.constant([1 << (32 - bits)], np.int64)))
