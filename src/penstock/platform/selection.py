"""Finding the run and the task that a person means."""

from dataclasses import dataclass, field
from typing import ClassVar

from penstock.core.errors import UserError
from penstock.core.ids import RunId
from penstock.metadata.records import Run
from penstock.metadata.store import MetadataStore


@dataclass(kw_only=True, eq=False)
class NoSuchRun(UserError, LookupError):
    """No run, or more than one, is meant by a text."""

    code: ClassVar[str] = "PLA013"
    text: str
    candidates: list[str] = field(default_factory=list)

    def message(self) -> str:
        if self.candidates:
            return f"{self.text!r} is the start of {len(self.candidates)} runs: {', '.join(self.candidates)}"
        return f"there is no run {self.text!r}" if self.text != "last" else "there is no run yet"

    def hint(self) -> str:
        return "type more of the id" if self.candidates else "`penstock runs list` shows what exists"


def find_run(store: MetadataStore, text: str) -> Run:
    """The run with that id, the only one whose id starts so, or the newest for `last`.

    Raises:
        NoSuchRun: There is none, or the text is not unique.
    """
    if text == "last":
        newest = store.runs(limit=1)
        if not newest:
            raise NoSuchRun(text=text)
        return newest[0]
    found = store.find_runs(text, limit=4) if text else []
    if text in found:
        return store.run(RunId(text))
    if len(found) != 1:
        raise NoSuchRun(text=text, candidates=list(found))
    return store.run(found[0])
