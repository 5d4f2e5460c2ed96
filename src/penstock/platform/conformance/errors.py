"""What can be wrong with a folder of pipelines, or with what is expected of them."""

from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import UserError


@dataclass(kw_only=True, eq=False)
class CorpusEmpty(UserError, FileNotFoundError):
    """There is nothing to run."""

    code: ClassVar[str] = "PLA030"
    folder: str
    reason: str

    def message(self) -> str:
        return f"there are no compiled pipelines in '{self.folder}': {self.reason}"

    def hint(self) -> str:
        return "name a folder with `.yaml` or `.json` files; `penstock compile` and `kfp dsl compile` write them"


@dataclass(kw_only=True, eq=False)
class KeepOccupied(UserError, FileExistsError):
    """State was to be kept in a folder that holds other things."""

    code: ClassVar[str] = "PLA033"
    folder: str
    reason: str

    def message(self) -> str:
        return f"runs cannot be kept in '{self.folder}': {self.reason}"

    def hint(self) -> str:
        return "name a new or empty folder, or one that an earlier `penstock conformance --keep` has made"


@dataclass(kw_only=True, eq=False)
class ExpectationsUnreadable(UserError, ValueError):
    """A file that says what is expected, or with which arguments, cannot be understood."""

    code: ClassVar[str] = "PLA031"
    path: str
    problem: str

    def message(self) -> str:
        return f"cannot read expectations from '{self.path}': {self.problem}"

    def hint(self) -> str:
        return "write `pipelines: {flow.yaml: {state: failed, reason: 'no such file'}}`; the guide on Kubeflow has more"


@dataclass(kw_only=True, eq=False)
class ExpectationUnused(UserError, LookupError):
    """Something is expected of pipelines that are not there: most likely their names are misspelt."""

    code: ClassVar[str] = "PLA032"
    path: str
    names: list[str]
    close: str = ""

    def message(self) -> str:
        shown = ", ".join(f"'{name}'" for name in self.names[:5])
        more = f" and {len(self.names) - 5} more" if len(self.names) > 5 else ""
        return f"'{self.path}' expects something of {shown}{more}, and there is no such pipeline"

    def hint(self) -> str:
        if self.close:
            return f"did you mean '{self.close}'?"
        return "keys are paths below the folder, or names of files alone; take out what is gone"
