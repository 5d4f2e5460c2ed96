"""What a person should know of a run before it goes: settings that have no meaning here, secrets that may lack."""

from penstock.cli.text import Line, line
from penstock.metadata.records import Run
from penstock.platform.report.words import one_line


def note_lines(run: Run) -> list[Line]:
    """A line for each; none for nearly every run."""
    return [
        *(line(("  ignored here: ", "dim"), (one_line(text), "dim")) for text in _texts(run, "ignored")),
        *(line(("  ! ", "warn"), one_line(text)) for text in _texts(run, "warnings")),
    ]


def _texts(run: Run, name: str) -> list[str]:
    kept = run.options.get(name)
    return [str(text) for text in kept] if isinstance(kept, list) else []
