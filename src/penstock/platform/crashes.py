"""An author's module that ends the process which imports it: by `os._exit`, a crash of compiled code, a signal."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import penstock
from penstock.core.errors import UserError

_NOT_THE_AUTHORS = (f'  File "{Path(penstock.__file__).parent}', '  File "<frozen ', "Extension modules: ")


@dataclass(kw_only=True, eq=False)
class ModuleEndedProcess(UserError, ImportError):
    """A pipeline's module could not be imported, because it ended the process that did."""

    code: ClassVar[str] = "PLA014"
    target: str
    ending: str
    """How the process ended, e.g. `exit code 5`."""
    output: str = ""
    """The end of what it printed."""

    def message(self) -> str:
        printed = "".join(f"\n  | {line}" for line in self.output.splitlines())
        return f"'{self.target}' ended the process that imported it: {self.ending}{printed}"

    def hint(self) -> str:
        return 'put what only a script does under `if __name__ == "__main__":`; import the module by hand to see more'


@contextmanager
def module_may_end(target: str) -> Iterator[None]:
    """Compiling `target` in a worker: the death of the worker's process is its module's doing.

    Raises:
        ModuleEndedProcess: It died.
    """
    from penstock.executors.errors import CallFailed, EndedSilently, KilledBySignal
    from penstock.executors.wording import signal_in_words

    try:
        yield
    except CallFailed as failed:
        match failed.__cause__:
            case KilledBySignal(signal=number):
                ending = signal_in_words(number)
            case EndedSilently(status=status):
                ending = f"exit code {status}"
            case _:
                raise
        raise ModuleEndedProcess(target=target, ending=ending, output=_authors(failed.output)) from None


def _authors(output: str) -> str:
    """What a crash printed, without the frames of whoever imported the module."""
    return "\n".join(line for line in output.splitlines() if line and not line.startswith(_NOT_THE_AUTHORS))
