"""What commands are made of: groups that import a command when it is used, and help with a little color.

Click and not Typer, because every command waits for this import; see decision 0007.
"""

# ruff: noqa: ARG002 - the arguments are those of Click's interface

from importlib import import_module
from typing import Any

import click


class Formatter(click.HelpFormatter):
    """Headings and names in bold; Click takes the codes out again where there is no terminal."""

    def write_heading(self, heading: str) -> None:
        super().write_heading(click.style(heading, bold=True))

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or click.style("Usage: ", bold=True))

    def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
        styled = [(click.style(term, fg="cyan"), text) for term, text in rows]
        super().write_dl(styled, col_max, col_spacing)


class Context(click.Context):
    formatter_class = Formatter


class Command(click.Command):
    """A command whose help is drawn by `Formatter`."""

    context_class = Context


class Group(click.Group):
    """Commands by name, each imported from `module:attribute` when it is used or its help is asked for.

    Args:
        places: Where each command is.
    """

    context_class = Context

    def __init__(self, name: str, places: dict[str, str], **attributes: Any) -> None:
        super().__init__(name, no_args_is_help=True, **attributes)
        self.places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = self.places.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As Click does; an unknown name is answered with the closest known one."""
        if args and args[0] not in self.places and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], self.places, 1)
            ctx.fail(f"no such command '{args[0]}'" + (f"; did you mean '{close[0]}'?" if close else ""))
        return super().resolve_command(ctx, args)
