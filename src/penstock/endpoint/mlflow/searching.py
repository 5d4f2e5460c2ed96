"""Searching: which items a filter lets through, and in which order they come."""

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

from penstock.endpoint.mlflow.filters import Subject, Vocabulary, read_filter, read_subject

Item = TypeVar("Item")

Look: TypeAlias = Callable[[Item, Subject], Any]
"""What an item has for a subject that is no attribute; None if it has nothing."""


def found(
    items: Sequence[Item],
    vocabulary: Vocabulary[Item],
    *,
    filter: str,
    order_by: Sequence[str],
    look: Look[Item] = lambda _item, _subject: None,
) -> list[Item]:
    """The items that a filter lets through, ordered; where the order says nothing, as they came.

    Numbers that are NaN come after all others, and items that have nothing at the end, whichever way the order goes.

    Raises:
        BadRequest: The filter or the order cannot be understood.
    """
    conditions = read_filter(filter, vocabulary)
    orders = [read_subject(text, vocabulary) for text in order_by]

    def value(item: Item, subject: Subject) -> Any:
        if subject.entity == "attributes":
            return vocabulary.attributes[subject.key][1](item)
        return look(item, subject)

    kept = [item for item in items if all(one.holds(value(item, one.subject)) for one in conditions)]
    for subject, rising in reversed(orders):
        kept = ordered(kept, lambda item, subject=subject: value(item, subject), rising=rising)  # type: ignore[misc]
    return kept


def subjects(vocabulary: Vocabulary[Any], filter: str, order_by: Sequence[str]) -> set[str]:
    """The entities that a search asks for, so that no others need be read."""
    asked = {one.subject.entity for one in read_filter(filter, vocabulary)}
    return asked | {read_subject(text, vocabulary)[0].entity for text in order_by}


def ordered(items: Sequence[Item], value: Callable[[Item], Any], *, rising: bool) -> list[Item]:
    """Items by a value; those of the same value as they came."""
    having = [(value(item), item) for item in items]
    plain = [pair for pair in having if pair[0] is not None and not _is_nan(pair[0])]
    odd = [item for found, item in having if found is not None and _is_nan(found)]
    without = [item for found, item in having if found is None]
    plain.sort(key=lambda pair: pair[0], reverse=not rising)
    return [item for _, item in plain] + odd + without


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
