"""The seam to whatever runs pipelines. Authoring imports nothing of it; it is looked up when a run is asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any, ClassVar, Protocol, cast

from penstock.core.errors import UserError
from penstock.dsl.diagnostics import Code
from penstock.dsl.graph import Definition

RUNNER = "penstock.platform.running:run_pipeline"


@dataclass(kw_only=True, eq=False)
class RunAtImport(UserError, RuntimeError):
    """A module runs a pipeline whenever it is imported. Its tasks import it too, so that would never end."""

    code: ClassVar[str] = Code.RUN_AT_IMPORT
    pipeline: str

    def message(self) -> str:
        return f"pipeline '{self.pipeline}' is run while its module is imported, which every task does as well"

    def hint(self) -> str:
        return 'put the lines that run it under `if __name__ == "__main__":`'


_importing: ContextVar[bool] = ContextVar("importing", default=False)


@contextmanager
def only_importing() -> Iterator[None]:
    """An author's module is imported for what it defines: whoever asks for a run meanwhile gets `RunAtImport`."""
    token = _importing.set(True)
    try:
        yield
    finally:
        _importing.reset(token)


class Runner(Protocol):
    """Compiles and runs a pipeline in the home of the present project."""

    def __call__(self, pipeline: Definition, arguments: dict[str, Any], **options: Any) -> Any:
        """Run `pipeline` to its end.

        Args:
            pipeline: What to run.
            arguments: Its inputs by name, as the author passed them; those left out have defaults.
            **options: How to run it, as the platform defines.

        Returns:
            The platform's record of the run, with its outputs.
        """
        ...


def find_runner(pipeline: str) -> Runner:
    """The platform's runner, for the pipeline of that name.

    Raises:
        RunAtImport: The author's module is only being imported.
    """
    if _importing.get():
        raise RunAtImport(pipeline=pipeline)
    return cast(Runner, resolve_name(RUNNER))
