"""Encoders of categories: a lookup of the code, then a table of what each code becomes."""

from typing import Any

import numpy as np

from penstock.compiled.columns import MISSING
from penstock.compiled.emitters.registry import emits
from penstock.compiled.graph import ML, Block, CannotCompile, Graph, Part


@emits("sklearn.OneHotEncoder")
def one_hot(encoder: Any, block: Block, graph: Graph) -> Block:
    parts = []
    for index, column in enumerate(graph.columns(block)):
        categories = encoder.categories_[index]
        table = _columns_of_codes(encoder, index, len(categories))
        width = int(encoder._n_features_outs[index])
        code = _known(code_of(column, categories, graph), len(categories), encoder, graph)
        if width:
            position = graph.add("Gather", graph.constant(table, np.int64), code)
            hot = graph.add("Equal", position, graph.constant([np.arange(width)], np.int64))
            parts.append(Part(tensor=graph.cast(hot, "double"), type="double", width=width))
    return Block(tuple(parts))


@emits("sklearn.OrdinalEncoder")
def ordinal(encoder: Any, block: Block, graph: Graph) -> Block:
    parts = []
    for index, column in enumerate(graph.columns(block)):
        table = _values_of_codes(encoder, index)
        categories = encoder.categories_[index]
        code = _known(code_of(column, categories, graph), len(categories), encoder, graph)
        parts.append(Part(tensor=graph.add("Gather", graph.constant(table), code), type="double"))
    return Block(tuple(parts))


def code_of(column: Part, categories: Any, graph: Graph) -> str:
    """The position of each value among the categories, as int64 `[rows, 1]`; their number, if it is none of them."""
    if column.type == "string":
        return _code_of_text(column, categories, graph)
    values, offset = graph.matrix(Block((column,))), len(categories)
    if column.type != "int64":
        graph.refuse(graph.add("IsInf", values))
    known = _as_numbers(categories)
    if column.type == "int64" and np.asarray(categories).dtype.kind in "iu":
        values, known = column.tensor, np.asarray(categories, dtype=np.int64)
    same = graph.add("Equal", values, graph.constant([known], known.dtype))
    if known.dtype.kind == "f" and np.isnan(known).any():
        gone = graph.add("And", graph.add("IsNaN", values), graph.constant([np.isnan(known)], bool))
        same = graph.add("Or", same, gone)
    weights = graph.constant([np.arange(offset) - offset], np.int64)  # at most one is the same, so the sum picks it
    picked = graph.add("Mul", graph.cast(same, "int64"), weights)
    total = graph.add("ReduceSum", picked, graph.constant([1], np.int64), keepdims=1)
    return graph.add("Add", total, graph.constant([[offset]], np.int64))


def _code_of_text(column: Part, categories: Any, graph: Graph) -> str:
    texts = [value if isinstance(value, str) else _mark_of(value, column) for value in categories]
    codes = {text: code for code, text in enumerate(texts) if text is not None}
    if not codes:
        raise CannotCompile("a column of texts was encoded as something else in training")
    return graph.add(
        "LabelEncoder",
        column.tensor,
        domain=ML,
        keys_strings=list(codes),
        values_int64s=list(codes.values()),
        default_int64=len(categories),
    )


def _mark_of(value: Any, column: Part) -> str | None:
    """A category that is no text: the missing one, if it is written as the column writes it; else nothing has it."""
    if value is None:
        return MISSING if column.missing == "none" else None
    if isinstance(value, float) and value != value:
        return MISSING if column.missing == "nan" else None
    raise CannotCompile(f"the category {value!r} of a column of texts is no text")


def _as_numbers(categories: Any) -> np.ndarray[Any, Any]:
    if any(isinstance(value, str) for value in categories):
        raise CannotCompile("a column of numbers was encoded as texts in training")
    return np.asarray([np.nan if value is None else value for value in categories], dtype=np.float64)


def _known(code: str, count: int, encoder: Any, graph: Graph) -> str:
    """Refuses unknown categories where the encoder does; the code of one is the number of categories."""
    if encoder.handle_unknown == "error":
        graph.refuse(graph.add("Equal", code, graph.constant([[count]], np.int64)))
    return code


def _grouped(encoder: Any, index: int, count: int) -> tuple[np.ndarray[Any, Any], int | None]:
    """What each code is after rare categories were grouped, and the code of the group."""
    mapping = None
    if getattr(encoder, "_infrequent_enabled", False):
        mapping = encoder._default_to_infrequent_mappings[index]
    if mapping is None:
        return np.arange(count), None
    return np.asarray(mapping), int(mapping[encoder._infrequent_indices[index][0]])


def _columns_of_codes(encoder: Any, index: int, count: int) -> np.ndarray[Any, Any]:
    """For each code, and the unknown last, the column that is 1; -1 for none."""
    codes, group = _grouped(encoder, index, count)
    unknown = -1
    if encoder.handle_unknown in {"infrequent_if_exist", "warn"} and group is not None:
        unknown = group
    table = np.append(codes, unknown)
    drops = encoder._drop_idx_after_grouping
    dropped = None if drops is None else drops[index]
    if dropped is not None:
        table = np.where(table == dropped, -1, np.where(table > dropped, table - 1, table))
    return table


def _values_of_codes(encoder: Any, index: int) -> np.ndarray[Any, Any]:
    """For each code, and the unknown last, the number that it becomes."""
    count = len(encoder.categories_[index])
    codes, _ = _grouped(encoder, index, count)
    table = codes.astype(np.float64)
    missing = encoder._missing_indices.get(index)
    if missing is not None:
        # What is missing is the last category, never grouped with the rare ones; their table may end before it.
        kept = np.append(codes[:missing], missing)
        table = np.where(kept == missing, encoder.encoded_missing_value, kept.astype(np.float64))
    unknown = encoder.unknown_value if encoder.handle_unknown == "use_encoded_value" else -1.0
    return np.append(table, float(unknown)).astype(encoder.dtype).astype(np.float64)


@emits("sklearn.TargetEncoder")
def target(encoder: Any, block: Block, graph: Graph) -> Block:
    means = np.atleast_1d(encoder.target_mean_)  # of each class, if there are more than two
    parts = []
    for index, column in enumerate(graph.columns(block)):
        code = code_of(column, encoder.categories_[index], graph)
        for place, mean in enumerate(means):
            table = np.append(encoder.encodings_[index * len(means) + place], mean)  # the mean for what is unknown
            parts.append(Part(tensor=graph.add("Gather", graph.constant(table), code), type="double"))
    return Block(tuple(parts))
