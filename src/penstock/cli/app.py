"""The program: its commands, its exit codes, and the one place where errors become text.

| exit code | meaning |
|---|---|
| 0 | done; the run succeeded |
| 1 | the run failed or was canceled, or the ground gave way |
| 2 | the input or the use was wrong |
| 130 | Ctrl-C |
"""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.main import get_command

from penstock.cli.lazy import group
from penstock.core.errors import PenstockError, UserError

app = group(
    {
        "run": "penstock.cli.commands.run:run",
        "compile": "penstock.cli.commands.compile:compile_target",
        "runs": "penstock.cli.runs:app",
        "artifacts": "penstock.cli.artifacts:app",
        "home": "penstock.cli.commands.home:home",
    },
    name="penstock",
)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        sys.stdout.write(f"penstock {version('penstock')}\n")
        raise typer.Exit


@app.callback()
def penstock(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Carries machine learning from a notebook to production and keeps it healthy there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = get_command(app)(args=arguments, prog_name="penstock", standalone_mode=False)
    except PenstockError as error:
        _say(error)
        return 2 if isinstance(error, UserError) else 1
    except typer.TyperException as error:
        return _refuse(error)
    except KeyboardInterrupt:
        return 130
    return code if isinstance(code, int) else 0


def _refuse(error: typer.TyperException) -> int:
    """A command line that cannot be understood. A group without a command shows its help."""
    from penstock.cli.errors import UsageWrong

    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(error.format_message() + "\n")
        return 2
    command = context.command_path if context is not None else "penstock"
    _say(UsageWrong(problem=error.format_message().rstrip("."), command=command))
    return 2


def _say(error: PenstockError) -> None:
    from penstock.cli.complaint import print_error

    print_error(error, sys.stderr)
