"""The program: its commands, its exit codes, and the one place where errors become text.

| exit code | meaning |
|---|---|
| 0 | done; the run succeeded |
| 1 | the run failed, or the ground gave way |
| 2 | the input or the use was wrong |
| 130 | Ctrl-C; the run was canceled |
"""

import sys
from collections.abc import Sequence

import click

from penstock.cli import streams
from penstock.cli.command import Group
from penstock.core.errors import PenstockError, UserError


def _print_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        click.echo(f"penstock {version('penstock')}")
        ctx.exit()


app = Group(
    "penstock",
    {
        "run": "penstock.cli.commands.run:run",
        "compile": "penstock.cli.commands.compile:compile_target",
        "engine": "penstock.cli.commands.engine:engine",
        "runs": "penstock.cli.runs:app",
        "artifacts": "penstock.cli.artifacts:app",
        "models": "penstock.cli.models:app",
        "approvals": "penstock.cli.approvals:app",
        "mlflow": "penstock.cli.commands.mlflow:mlflow",
        "serve": "penstock.cli.commands.serve:serve",
        "secrets": "penstock.cli.vault:secrets_app",
        "config-maps": "penstock.cli.vault:config_maps_app",
        "volumes": "penstock.cli.vault:volumes_app",
        "profile": "penstock.cli.commands.profile:profile",
        "home": "penstock.cli.commands.home:home",
        "gc": "penstock.cli.commands.gc:gc",
        "conformance": "penstock.cli.commands.conformance:conformance",
    },
    help="Carries machine learning from a notebook to production and keeps it healthy there.",
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_print_version,
            help="Print the version.",
        )
    ],
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; returns its exit code."""
    streams.prepare()
    try:
        code = app.main(arguments, prog_name="penstock", standalone_mode=False)
    except PenstockError as error:
        _say(error)
        return 2 if isinstance(error, UserError) else 1
    except click.ClickException as error:
        return _refuse(error)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except OSError as error:
        return _give_way(error)
    return code if isinstance(code, int) else 0


def _refuse(error: click.ClickException) -> int:
    """A command line that cannot be understood. A group without a command shows its help."""
    from penstock.cli.errors import UsageWrong

    if type(error).__name__ == "NoArgsIsHelpError":
        click.echo(error.format_message(), err=True)
        return 2
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "penstock"
    problem = error.format_message().rstrip(".")
    _say(UsageWrong(problem=problem[:1].lower() + problem[1:], command=command))
    return 2


def _give_way(error: OSError) -> int:
    """The system refused something that nobody has a better word for: often it is what standard output leads to."""
    from penstock.cli.errors import SystemRefused

    streams.silence(sys.stdout)
    place = str(error.filename) if error.filename is not None else ""
    _say(SystemRefused(reason=error.strerror or str(error), place=place))
    return 1


def _say(error: PenstockError) -> None:
    from penstock.cli.complaint import print_error

    try:
        print_error(error, sys.stderr)
    except OSError:  # nobody can be told; the exit code says it
        streams.silence(sys.stderr)
