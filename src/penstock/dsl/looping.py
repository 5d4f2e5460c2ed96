"""Loops: `for depth in each(depths): …` runs the body's tasks once for each item; `collect` gathers their results."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterable, Iterator
from typing import Any, Generic, TypeVar, cast

from penstock.dsl.diagnostics import Code
from penstock.dsl.frames import begins_for_loop
from penstock.dsl.graph import Broken, Constant, Loop, LoopItem, Value, describe_value, is_collectable
from penstock.dsl.handles import Handle, Symbol, describe
from penstock.dsl.places import caller
from penstock.dsl.trace import Trace, need_trace

T = TypeVar("T")


class each(Generic[T]):  # noqa: N801 - reads as a statement
    """Run the loop's tasks once for each item, side by side.

    ```python
    models = [train(rows, depth=depth) for depth in each([2, 4, 8], parallelism=2)]
    best = pick(models)
    ```

    The body is traced once, with a stand-in for the item; so a list that is built in it has one element, which stands
    for all results when it is passed on or given to `collect`.

    Args:
        items: A Python list of JSON values, dicts, dataclasses or named tuples; or an output, parameter or item that
            is a list.
        parallelism: At most so many iterations at once; 0 is no limit.
    """

    def __init__(self, items: Iterable[T], *, parallelism: int = 0) -> None:
        self._trace = need_trace("each")
        self._items, self._attributes = _items(self._trace, items)
        self._place = caller()
        self._parallelism = parallelism
        if isinstance(parallelism, bool) or not isinstance(parallelism, int) or parallelism < 0:
            self._trace.report(Code.BAD_LOOP, f"parallelism is {parallelism!r}", "write a whole number; 0 is no limit")
            self._parallelism = 0

    def __iter__(self) -> Iterator[T]:
        if not begins_for_loop():
            message = "`each(...)` must stand directly behind `in`: its items cannot be counted, listed or zipped"
            hint = "write `for item in each(...):`; to go over pairs, make a list of them in a component"
            self._trace.report(Code.BAD_LOOP, message, hint)
        return self._body()

    def _body(self) -> Generator[T, None, None]:
        trace = self._trace
        loop = trace.open(
            Loop(
                parent=trace.scope,
                place=self._place,
                items=self._items,
                parallelism=self._parallelism,
                attributes=self._attributes,
            )
        )
        item = Broken() if isinstance(self._items, Broken) else LoopItem(loop)
        try:
            yield cast(T, Handle(trace, item))
        except GeneratorExit:
            if not trace.finished:
                message = "`break` (or `return`) leaves a loop whose body is traced once for all items"
                trace.report(Code.BROKEN_LOOP, message, "give `each` a shorter list, or put a `when` into the body")
            raise
        finally:
            if loop.is_open and not trace.finished:
                trace.close(loop)


def collect(item: T, /) -> list[T]:
    """The values of `item` from every iteration of the loop that made it, as one list.

    In nested loops that are both over, the list is flat, in the order of the iterations.

    Args:
        item: What a task in a loop gave, after that loop.
    """
    trace = need_trace("collect")
    value = trace.value(item)
    if isinstance(value, Broken):
        return cast("list[T]", Handle(trace, value))
    if not is_collectable(value):
        message = f"{describe_value(value)} was not made in a loop that is over, so there is nothing to collect"
        trace.report(Code.BAD_COLLECT, message, "collect after the loop, what a task in its body gave")
        return cast("list[T]", Handle(trace, Broken()))
    return cast("list[T]", Handle(trace, trace.collected(value)))


def _items(trace: Trace, items: Any) -> tuple[Value, bool]:
    """What to go over, and whether the items' entries are attributes."""
    if isinstance(items, Symbol):
        return trace.value(items), False
    if isinstance(items, list) and len(items) == 1 and isinstance(items[0], Symbol):
        return trace.value(items), False
    if isinstance(items, str | bytes | dict) or not isinstance(items, Iterable):
        message = f"`each` goes over a list, and got a {type(items).__name__}"
        trace.report(Code.BAD_LOOP, message, "pass a list; of a dict, a list of its entries")
        return Broken(), False
    listed = list(items)
    symbol = next((one for one in listed if isinstance(one, Symbol)), None)
    if symbol is not None:
        message = f"the list that `each` goes over holds {describe(symbol)}"
        trace.report(Code.BAD_LOOP, message, "go over it with a plain `for` of Python: that places a task for each")
        return Broken(), False
    if not listed:
        trace.report(Code.BAD_LOOP, "the list that `each` goes over is empty", "give it items, or leave the loop out")
        return Broken(), False
    plain = [_plain(one) for one in listed]
    value = trace.value(plain)
    return (value if isinstance(value, Constant) else Broken()), any(map(_has_attributes, listed))


def _has_attributes(item: Any) -> bool:
    return (dataclasses.is_dataclass(item) and not isinstance(item, type)) or hasattr(item, "_asdict")


def _plain(item: Any) -> Any:
    if dataclasses.is_dataclass(item) and not isinstance(item, type):
        return dataclasses.asdict(item)
    if hasattr(item, "_asdict"):
        return dict(item._asdict())
    is_numpy = type(item).__module__ == "numpy" and hasattr(item, "item")
    return item.item() if is_numpy else item
