"""What the errors of PostgreSQL and of its driver mean."""

import re
from typing import Any

import psycopg

from penstock.core.errors import PenstockError
from penstock.metadata.errors import (
    BrokenReference,
    RecordTooLarge,
    StoreBusy,
    StoreConflict,
    StoreDamaged,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
    StoreUnreachable,
    TextNotStorable,
)
from penstock.metadata.place_errors import DatabaseMissing, StoreRefused

_KINDS: dict[str, type[PenstockError]] = {
    "08": StoreUnreachable,  # the connection
    "22003": RecordTooLarge,  # a number
    "23": BrokenReference,
    "25006": StoreReadOnly,  # a replica
    "25P03": StoreUnreachable,  # the process slept within a transaction
    "28": StoreRefused,
    "40": StoreConflict,  # a deadlock
    "42501": StoreReadOnly,  # no right to this table
    "53100": StoreFull,
    "53300": StoreUnreachable,  # too many connections
    "54": RecordTooLarge,
    "57P01": StoreUnreachable,  # the server shuts down,
    "57P02": StoreUnreachable,  # restarts after a crash,
    "57P03": StoreUnreachable,  # or starts
    "57P05": StoreUnreachable,  # idle for too long
    "XX001": StoreDamaged,
    "XX002": StoreDamaged,
}
"""By the error's code, or by the two characters of its class."""

_WAITED = ("55P03", "57014")
"""The codes of waiting too long: for a lock, for a statement."""

_REFUSALS = (
    "authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "is not permitted to log in",
    "permission denied for database",
    "does not support SSL",
)
_NO_ROLE = re.compile(r'role ".*" does not exist')
_NO_DATABASE = re.compile(r'database "(?P<name>.*)" does not exist')


def meaning(error: BaseException, place: str, waited: float) -> PenstockError | None:
    """What an error of the driver means; None if it is not the driver's."""
    if not isinstance(error, psycopg.Error | OSError):
        return None
    facts: dict[str, Any] = {"place": place, "reason": _words(error)}
    code = getattr(error, "sqlstate", None) or ""
    if code == "3D000":
        return _database_missing(facts)
    if code in _WAITED:
        return StoreBusy(**facts, waited=waited)
    if code in ("22021", "22P05"):
        return TextNotStorable(text=facts["reason"])
    if code:
        return (_KINDS.get(code) or _KINDS.get(code[:2]) or StoreUnavailable)(**facts)
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | OSError):
        return _without_code(facts)
    return StoreUnavailable(**facts)


def _without_code(facts: dict[str, Any]) -> PenstockError:
    """Of a connection that was cut, or never made, there are only words."""
    reason = facts["reason"]
    if _NO_DATABASE.search(reason):
        return _database_missing(facts)
    if _NO_ROLE.search(reason) or any(words in reason for words in _REFUSALS):
        return StoreRefused(**facts)
    return StoreUnreachable(**facts)


def _database_missing(facts: dict[str, Any]) -> DatabaseMissing:
    match = _NO_DATABASE.search(facts["reason"])
    return DatabaseMissing(place=facts["place"], database=match["name"] if match else "?")


def _words(error: BaseException) -> str:
    """What the server said, in one line."""
    diagnosis = getattr(error, "diag", None)
    said = (diagnosis and diagnosis.message_primary) or str(error) or type(error).__name__
    return said.strip().splitlines()[0].strip()  # the rest asks whether the server is running
