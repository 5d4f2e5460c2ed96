"""The language of MLflow's searches: conditions joined by AND, as in ``metrics.`val loss` < 0.3 AND tags.kind = 'a'``.

A filter is read into conditions, which are then asked of each item. What there is to ask for, and of which type it
is, is a `Vocabulary`: each kind of thing that can be searched for has one.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from msgspec import Struct

from penstock.endpoint.errors import BadRequest

Kind: TypeAlias = Literal["number", "text"]
Item = TypeVar("Item")

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.)*")
      | (?P<back>`[^`]*`)
      | (?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
      | (?P<operator><=|>=|!=|<>|==|=|<|>)
      | (?P<mark>[(),.])
      | (?P<word>[^\s=!<>(),'"`.]+)
    )""",
    re.VERBOSE,
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OF_TEXT = ("=", "!=", "LIKE", "ILIKE", "IN", "NOT IN", "IS NULL", "IS NOT NULL")
_OF_NUMBER = (*_COMPARE, "IS NULL", "IS NOT NULL")


class Subject(Struct, frozen=True):
    """What a condition or an order is about: `metrics` and a key, an attribute, …"""

    entity: str
    key: str


class Condition(Struct, frozen=True):
    """One condition."""

    subject: Subject
    operator: str
    value: Any = None

    def holds(self, value: Any) -> bool:
        """Whether it does for what an item has; None where the item has nothing, of which only `IS NULL` is true."""
        if self.operator == "IS NULL":
            return value is None
        if value is None:
            return False
        match self.operator:
            case "IS NOT NULL":
                return True
            case "LIKE":
                return is_like(value, self.value)
            case "ILIKE":
                return is_like(value.lower(), self.value.lower())
            case "IN":
                return value in self.value
            case "NOT IN":
                return value not in self.value
        return _COMPARE[self.operator](value, self.value)


class Vocabulary(Struct, Generic[Item], frozen=True, kw_only=True):
    """What can be asked of one kind of item."""

    attributes: Mapping[str, tuple[Kind, Callable[[Item], Any]]]
    """By name: the type, and how it is had."""
    entities: Mapping[str, Kind] = {}
    """Whose keys are free: `metrics`, `params`, `tags`."""
    bare: bool = True
    """Whether a name without an entity is an attribute."""

    def subject(self, words: list[str]) -> Subject:
        """What a name with dots in it stands for. Raises `BadRequest`."""
        first, rest = words[0], ".".join(words[1:])
        entity = _ENTITIES.get(first.lower(), "")
        if rest and entity in self.entities:
            return Subject(entity, rest)
        name = rest if rest and entity == "attributes" else first if not rest and self.bare else ""
        name = _ATTRIBUTES.get(name.lower(), name)
        if name in self.attributes:
            return Subject("attributes", name)
        known = [f"{entity}.KEY" for entity in self.entities] + list(self.attributes)
        raise BadRequest(what="filter", reason=f"{'.'.join(words)!r} cannot be asked for; what can: {', '.join(known)}")

    def kind(self, subject: Subject) -> Kind:
        """The type of what it stands for."""
        return self.attributes[subject.key][0] if subject.entity == "attributes" else self.entities[subject.entity]


_ENTITIES = {
    **dict.fromkeys(("metric", "metrics"), "metrics"),
    **dict.fromkeys(("param", "params", "parameter", "parameters"), "params"),
    **dict.fromkeys(("tag", "tags"), "tags"),
    **dict.fromkeys(("attribute", "attributes", "attr", "run"), "attributes"),
    **dict.fromkeys(("dataset", "datasets"), "datasets"),
}
_ATTRIBUTES = {
    "run name": "run_name",
    "created": "start_time",
    "start time": "start_time",
    "end time": "end_time",
    "creation_time": "creation_timestamp",
    "last_update_time": "last_updated_timestamp",
    "source_path": "source",
}


def read_filter(text: str, vocabulary: Vocabulary[Any]) -> list[Condition]:
    """The conditions of a filter. Raises `BadRequest`, which says what was not understood."""
    tokens = _Tokens(text)
    conditions: list[Condition] = []
    while not tokens.done:
        if conditions and not tokens.word("AND"):
            reason = "OR is not in this language" if tokens.word("OR") else f"AND is expected, not {tokens.rest!r}"
            raise BadRequest(what="filter", reason=reason)
        conditions.append(_condition(tokens, vocabulary))
    return conditions


def read_subject(text: str, vocabulary: Vocabulary[Any]) -> tuple[Subject, bool]:
    """What an `order_by` names, and whether it goes up. Raises `BadRequest`."""
    tokens = _Tokens(text, "order_by")
    subject = vocabulary.subject(tokens.names())
    falling = tokens.word("DESC")
    if not falling:
        tokens.word("ASC")
    if not tokens.done:
        raise BadRequest(what="order_by", reason=f"ASC or DESC is expected, not {tokens.rest!r}")
    return subject, not falling


def _condition(tokens: "_Tokens", vocabulary: Vocabulary[Any]) -> Condition:
    subject = vocabulary.subject(tokens.names())
    kind = vocabulary.kind(subject)
    used = tokens.comparison()
    if used not in (_OF_NUMBER if kind == "number" else _OF_TEXT):
        raise BadRequest(what="filter", reason=f"{used} does not go with {subject.entity}.{subject.key}, a {kind}")
    if used.endswith("NULL"):
        return Condition(subject, used)
    if used.endswith("IN"):
        return Condition(subject, used, frozenset(tokens.texts()))
    if kind == "number":
        return Condition(subject, used, tokens.number())
    return Condition(subject, used, tokens.text())


def is_like(text: str, pattern: str) -> bool:
    """SQL's LIKE: `%` stands for any text, `_` for any character.

    Not by way of a regular expression: many `%` would keep that busy for hours, and with it the engine.
    """
    place = at = 0
    star, resumed = -1, 0
    while place < len(text):
        if at < len(pattern) and pattern[at] == "%":
            star, resumed = at, place
            at += 1
        elif at < len(pattern) and pattern[at] in ("_", text[place]):
            place, at = place + 1, at + 1
        elif star >= 0:  # what `%` stands for is longer by one
            resumed += 1
            place, at = resumed, star + 1
        else:
            return False
    return not pattern[at:].strip("%")


class _Tokens:
    """A filter's text, taken apart from the front."""

    def __init__(self, text: str, what: str = "filter") -> None:
        self._what = what
        self._text = text
        self._found: list[tuple[str, str, int]] = []
        place = 0
        text = text.rstrip()
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise BadRequest(what=what, reason=f"not understood from here on: {text[place:].lstrip()[:50]!r}")
            kind = match.lastgroup or ""
            self._found.append((kind, match[kind], match.start(kind)))
            place = match.end()
        self._next = 0

    @property
    def done(self) -> bool:
        return self._next == len(self._found)

    @property
    def rest(self) -> str:
        return "the end" if self.done else self._text[self._found[self._next][2] :][:50]

    def word(self, expected: str) -> bool:
        """Whether this word comes next; it is taken then."""
        if self.done or self._found[self._next][0] != "word" or self._found[self._next][1].upper() != expected:
            return False
        self._next += 1
        return True

    def names(self) -> list[str]:
        """A name with its parts: `metrics`, `val loss`."""
        parts = [self._name()]
        while not self.done and self._found[self._next][:2] == ("mark", "."):
            self._next += 1
            parts.append(self._name())
        return parts

    def comparison(self) -> str:
        kind, text = self._take("a comparison")
        if kind == "operator":
            return {"==": "=", "<>": "!="}.get(text, text)
        word = text.upper() if kind == "word" else ""
        if word in ("LIKE", "ILIKE", "IN"):
            return word
        if word == "IS":
            denied = self.word("NOT")
            if self.word("NULL"):
                return "IS NOT NULL" if denied else "IS NULL"
        if word == "NOT" and self.word("IN"):
            return "NOT IN"
        raise self._unexpected("a comparison", text)

    def number(self) -> float:
        kind, text = self._take("a number")
        if kind == "word" and text.lower() in ("nan", "inf", "infinity"):
            return math.nan if text.lower() == "nan" else math.inf
        if kind != "number":
            raise self._unexpected("a number", text)
        return float(text)

    def text(self) -> str:
        kind, text = self._take("a text in quotes")
        if kind != "text":
            raise self._unexpected("a text in quotes", text)
        return _unquoted(text)

    def texts(self) -> list[str]:
        self._mark("(")
        found = [self.text()]
        while not self.done and self._found[self._next][:2] == ("mark", ","):
            self._next += 1
            found.append(self.text())
        self._mark(")")
        return found

    def _mark(self, expected: str) -> None:
        kind, text = self._take(expected)
        if (kind, text) != ("mark", expected):
            raise self._unexpected(expected, text)

    def _name(self) -> str:
        kind, text = self._take("a name")
        if kind == "back" or (kind == "text" and text[0] == '"'):
            return text[1:-1]
        if kind not in ("word", "number"):
            raise self._unexpected("a name", text)
        return text

    def _take(self, expected: str) -> tuple[str, str]:
        if self.done:
            raise self._unexpected(expected, "the end")
        kind, text, _ = self._found[self._next]
        self._next += 1
        return kind, text

    def _unexpected(self, expected: str, found: str) -> BadRequest:
        return BadRequest(what=self._what, reason=f"{expected} is expected, not {found[:50]}")


def _unquoted(text: str) -> str:
    inside = text[1:-1]
    if text[0] == "'":
        inside = inside.replace("''", "'")
    return re.sub(r"\\(['\"\\])", r"\1", inside)
