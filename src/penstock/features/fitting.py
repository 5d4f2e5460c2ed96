"""Fits a scikit-learn transformer in passes over data that need not fit into memory."""

import logging
import os
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from penstock.features.block import Block, Kind, Setting, as_frame, kind_of
from penstock.features.errors import NoRows
from penstock.features.source import Source, open_source

if TYPE_CHECKING:
    from penstock.features.plan import Node

HEAD = 1000
"""So many rows at the beginning tell the shape of what each step gives."""

logger = logging.getLogger(__name__)


def fit(
    transformer: Any,
    dataset: Any,
    *,
    target: str | None = None,
    columns: Sequence[str] | None = None,
    workers: int | None = None,
    rows: int | None = None,
) -> Any:
    """Fit `transformer` in streaming passes, and return a fitted copy, as its own `fit` on all rows would be.

    The memory that is needed does not depend on the number of rows: it is that of a few batches, and of what the
    fitted transformer itself holds, such as the distinct categories. Transformers that can share a pass share it; one
    that stands behind another fitted one needs a pass of its own.

    Args:
        transformer: Of scikit-learn: a single one, or any nesting of `Pipeline`, `ColumnTransformer` and
            `FeatureUnion`. It is not changed.
        dataset: A Parquet file or a folder of them, a Polars frame or lazy query, an Arrow table or dataset, a pandas
            frame, a DuckDB relation, or an iterable of record batches or frames. What is no list is read once, and kept
            in a temporary file for further passes.
        target: The column to predict. It is no feature, and is given to transformers that learn from it.
        columns: The features; all columns but the target, if not given.
        workers: Threads that work on batches; by default one for each processor, up to four. Rounding, in the last
            digits, depends on it.
        rows: Rows of a batch; by default up to 65,536, less if there are many columns.

    Raises:
        NoRows: The data are empty.
        UnknownColumns: A column is not there, or there twice.
        CannotFit: A transformer does not take what its columns hold, such as infinity or text.
        WrongType: `dataset` is no table.

    Warns:
        MemoryFallback: A transformer has no streaming fit, and holds all rows of its columns in memory.
    """
    from penstock.features.plan import node_for

    source = open_source(dataset)
    if target is not None:
        source.require([target], "`target=`")
    names = list(columns) if columns is not None else [name for name in source.names if name != target]
    source.require(names, "`columns=`")
    first = next(source.blocks(_with(names, target), rows), None)
    if first is None:
        raise NoRows(dataset=source.title)
    setting = Setting(workers=workers or min(4, os.cpu_count() or 1), kinds=_kinds(first))
    node = node_for(transformer, "", setting)
    head = as_frame(first)
    node.start(head[names].iloc[:HEAD], head[target].iloc[:HEAD] if target is not None else None)
    number = 0
    while not node.done:
        number += 1
        _one_pass(node, source, node.needs(names), target, rows)
        logger.info("pass %d over %s: %s", number, source.title, "done" if node.done else "another one is needed")
    return node.fitted


def _one_pass(node: "Node", source: Source, names: list[str], target: str | None, rows: int | None) -> None:
    """Show every batch to `node`: to as many threads at a time as it has workers, while the next one is read."""
    running: deque[Future[None]] = deque()
    workers = node.setting.workers
    coded = node.counted() - {target}
    with ThreadPoolExecutor(workers) as threads:
        for number, block in enumerate(source.blocks(_with(names, target), rows, coded)):
            if len(running) == workers:
                running.popleft().result()  # the batch that had the same number modulo the workers
            running.append(threads.submit(_show, node, block, names, target, number))
        while running:
            running.popleft().result()
    node.end_pass()


def _show(node: "Node", block: Any, names: list[str], target: str | None, number: int) -> None:
    if target is None:
        node.update(block, None, number)
    elif isinstance(block, Block):
        node.update(block.select(names), block.select([target]).frame()[target], number)
    else:
        node.update(block[names], block[target], number)


def _kinds(first: Any) -> dict[str, Kind]:
    if not isinstance(first, Block):
        return {}
    return {name: kind_of(column.type) for name, column in first.columns()}


def _with(names: Sequence[str], target: str | None) -> list[str]:
    return list(names) if target is None or target in names else [*names, target]
