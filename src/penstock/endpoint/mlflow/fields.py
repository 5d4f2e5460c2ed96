"""The fields of a request, each of the type that a handler asks for, or refused by name."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from penstock.endpoint.errors import BadRequest
from penstock.endpoint.messages import Request

_LARGEST = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FURTHEST = 253_402_300_799_000
"""Milliseconds to the end of the year 9999."""
KEY_LIMIT = 250
"""Characters of a key, as MLflow has it."""
NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
"""How numbers that JSON does not have are written in the JSON of protocol buffers."""


class Fields:
    """What a request brings, from its query or its body: MLflow's client sends the one or the other, by method."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    @classmethod
    def of(cls, request: Request) -> "Fields":
        """Those of a request. Raises `BadRequest` where its body is no object of JSON."""
        given: dict[str, Any] = {}
        for name, texts in request.query.items():
            given[name] = texts[0] if len(texts) == 1 else list(texts)
        if request.method != "GET":
            given |= request.json()
        return cls(given)

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """A text; a default where there is none."""
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            raise BadRequest(what=name, reason=f"a text is expected, not {_kind(value)}")
        return value

    def required(self, *names: str) -> str:
        """A text that may not be missing or empty, by the first of several names that has one."""
        for name in names:
            if value := self.text(name):
                return value
        raise BadRequest(what=names[0], reason="it is missing")

    def key(self, name: str = "key") -> str:
        """A name that something is kept under."""
        value = self.required(name)
        if len(value) > KEY_LIMIT:
            raise BadRequest(what=name, reason=f"it has {len(value)} characters; {KEY_LIMIT} are allowed")
        return value

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number, which protocol buffers may write as a text."""
        value = self._values.get(name)
        if value is None:
            return default
        try:
            number = int(value) if not isinstance(value, bool | float) or value == int(value) else None
        except (ValueError, TypeError, OverflowError):
            number = None
        if number is None or isinstance(value, bool):
            raise BadRequest(what=name, reason=f"a whole number is expected, not {str(value)[:50]!r}")
        if abs(number) > _LARGEST:
            raise BadRequest(what=name, reason=f"{str(number)[:30]} is too large")
        return number

    def number(self, name: str) -> float:
        """A number, which may be NaN or infinite; never missing."""
        value = self._values.get(name)
        if isinstance(value, str) and value in NOT_FINITE:
            return NOT_FINITE[value]
        try:
            if value is not None and not isinstance(value, bool):
                return float(value)
        except (ValueError, TypeError, OverflowError):
            pass
        raise BadRequest(what=name, reason=f"a number is expected, not {str(value)[:50]!r}")

    def moment(self, name: str) -> datetime | None:
        """A time, which is sent as milliseconds since 1970; None where there is none."""
        value = self.integer(name)
        if not 0 <= value <= _FURTHEST:
            raise BadRequest(what=name, reason=f"{value} is not a time in milliseconds since 1970")
        return _EPOCH + timedelta(milliseconds=value) if value else None

    def flag(self, name: str) -> bool:
        """Whether something is wanted."""
        return self._values.get(name) in (True, "true", "True", "1")

    def texts(self, name: str) -> list[str]:
        """Several texts."""
        values = self._values.get(name)
        if values is None:
            return []
        listed = values if isinstance(values, list) else [values]
        if any(not isinstance(value, str) for value in listed):
            raise BadRequest(what=name, reason="a list of texts is expected")
        return list(listed)

    def each(self, name: str, limit: int | None = None) -> "list[Fields]":
        """Several objects."""
        values = self._values.get(name)
        if values is None:
            return []
        if not isinstance(values, list) or any(not isinstance(value, dict) for value in values):
            raise BadRequest(what=name, reason="a list of objects is expected")
        if limit is not None and len(values) > limit:
            raise BadRequest(what=name, reason=f"{len(values)} at once; {limit} are allowed")
        return [Fields(value) for value in values]

    def one(self, name: str) -> "Fields":
        """An object."""
        value = self._values.get(name)
        if not isinstance(value, dict):
            raise BadRequest(what=name, reason="an object is expected")
        return Fields(value)

    def pairs(self, name: str, limit: int | None = None) -> dict[str, str]:
        """Keys with values, of parameters or tags; of one key that comes twice, the last."""
        return {one.key(): one.text("value") for one in self.each(name, limit)}

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        """One word of several, or its number."""
        value = self._values.get(name)
        if value is None:
            return default
        word = allowed[value] if isinstance(value, int) and 0 <= value < len(allowed) else value
        if word not in allowed:
            raise BadRequest(what=name, reason=f"{str(value)[:50]!r} is none of {', '.join(filter(None, allowed))}")
        return str(word)

    def limit(self, default: int, most: int, name: str = "max_results") -> int:
        """How many results are wanted."""
        value = self.integer(name, default)
        if not 1 <= value <= most:
            raise BadRequest(what=name, reason=f"{value} is not between 1 and {most}")
        return value


def written(value: float) -> float | str:
    """A number as protocol buffers write it."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def milliseconds(moment: datetime | None) -> int:
    """A time as MLflow's clients expect it; 0 for none."""
    return 0 if moment is None else (moment - _EPOCH) // timedelta(milliseconds=1)


def _kind(value: object) -> str:
    return {dict: "an object", list: "a list", bool: "a truth value"}.get(type(value), type(value).__name__)
