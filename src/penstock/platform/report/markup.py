"""HTML and SVG as text that is safe by construction: everything is escaped unless it is markup already."""

from collections.abc import Iterable
from html import escape


class Markup(str):
    """Text that is HTML. Only `tag`, `join` and trusted constants make it."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Any value as HTML that shows it: markup as it is, everything else escaped."""
    return value if isinstance(value, Markup) else Markup(escape(str(value), quote=True))


def join(parts: Iterable[object], between: str = "") -> Markup:
    return Markup(between.join(text(part) for part in parts))


_EMPTY = frozenset({"meta", "img", "rect", "path", "line", "circle", "polyline", "br"})


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """An element. Attributes: `_` stands for `-`, a `_` at the end is dropped; None and False leave one out."""
    given = ""
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        written = key.rstrip("_").replace("_", "-")
        given += f" {written}" if value is True else f' {written}="{escape(str(value), quote=True)}"'
    if name in _EMPTY and not children:
        return Markup(f"<{name}{given}/>")
    return Markup(f"<{name}{given}>{join(children)}</{name}>")
