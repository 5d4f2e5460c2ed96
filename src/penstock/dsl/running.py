"""The seam to whatever runs pipelines. Authoring imports nothing of it; it is looked up when a run is asked for."""

from pkgutil import resolve_name
from typing import Any, Protocol, cast

from penstock.dsl.graph import Definition

RUNNER = "penstock.platform.running:run_pipeline"


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


def find_runner() -> Runner:
    """The platform's runner."""
    return cast(Runner, resolve_name(RUNNER))
