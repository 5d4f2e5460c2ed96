"""What came of running one pipeline, as a process of its own reports it."""

from typing import Literal

from msgspec import Struct, field

from penstock.core.json import Json

Word = Literal["succeeded", "failed", "refused", "invalid", "foreign", "timed out", "lost", "not run"]
"""How it ended. `invalid`: no document that can be read; `foreign`: one of something else than a pipeline;
`lost`: the process that ran it died; `not run`: it needs what is not here."""


class TaskOutcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one task went."""

    path: str
    state: str
    attempts: int = 0
    seconds: float | None = None
    message: str = ""


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a pipeline went."""

    word: Word
    seconds: float = 0.0
    code: str = ""
    """Of the error, e.g. `ENG010`."""
    message: str = ""
    hint: str = ""
    traceback: str = ""
    evidence: str = ""
    """All that was said about why, for the reason to be searched in."""
    log: str = ""
    """The end of what the first task that failed wrote."""
    tasks: list[TaskOutcome] = field(default_factory=list)
    outputs: dict[str, Json] = field(default_factory=dict)
    cached: list[str] = field(default_factory=list)
    """The tasks that a second run took from cache."""
