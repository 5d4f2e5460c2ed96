"""What a card consists of, whether it becomes Markdown or HTML."""

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct, field


class Facts(Struct, frozen=True):
    """Names with values."""

    rows: dict[str, str]


class Table(Struct, frozen=True, kw_only=True):
    """Rows of text; columns of numbers are aligned at the right."""

    heads: list[str]
    rows: list[list[str]]
    numbers: frozenset[int] = frozenset()
    pictures: list[str] = []
    """For each row a small drawing, trusted HTML; only on the page."""


class Prose(Struct, frozen=True):
    """A paragraph."""

    text: str


class Notes(Struct, frozen=True):
    """A list of sentences."""

    items: list[str]


class Figures(Struct, frozen=True):
    """Drawings by name, each made when it is needed; only on the page."""

    draw: Callable[[], dict[str, str]]


Block: TypeAlias = Facts | Table | Prose | Notes | Figures


class Section(Struct, frozen=True):
    """A heading, and what stands below it; it is left out if that is nothing."""

    title: str
    blocks: list[Block]


class Card(Struct, frozen=True, kw_only=True):
    """The card of one version."""

    title: str
    status: str
    aliases: list[str] = field(default_factory=list)
    summary: str = ""
    headline: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The main numbers: value and interval."""
    sections: list[Section] = field(default_factory=list)
