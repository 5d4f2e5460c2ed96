"""How this package's errors name places in a document, values and near misses."""

import json
import re
from collections.abc import Iterable
from typing import Any

_BARE = re.compile(r"[\w-]+\Z")


def join(place: str, key: str | int) -> str:
    """The place of `key` below `place`: `root.dag.tasks.train`, `args[0]`, `tasks["a.b"]`; the top is empty."""
    if isinstance(key, int):
        return f"{place}[{key}]"
    if not _BARE.match(key):
        return f"{place}[{json.dumps(key, ensure_ascii=False)}]"
    return f"{place}.{key}" if place else key


def describe(value: Any) -> str:
    """A JSON value in a few words: `text 'abc'`, `number 2.5`, `a list`, `null`."""
    match value:
        case None:
            return "null"
        case bool():
            return f"boolean {str(value).lower()}"
        case int() | float():
            return f"number {_shorten(str(value))}"
        case str():
            return f"text {_shorten(repr(value))}"
        case list() | tuple():
            return "a list"
        case dict():
            return "an object"
        case _:
            return f"a Python {type(value).__name__}"


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """`did you mean 'x'?`, where one of `known` is close to `name`."""
    import difflib  # only errors need it, and it is not free to import

    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else None


def quoted_list(names: Iterable[str]) -> str:
    """`'a', 'b' and 'c'`."""
    *rest, last = [repr(name) for name in names] or ["nothing"]
    return f"{', '.join(rest)} and {last}" if rest else last


def _shorten(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
