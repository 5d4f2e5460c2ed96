#!/usr/bin/env python3
"""Write the command line and the public Python names into `docs/reference`, from the code itself.

With `--check`, change nothing and fail if a page is not up to date.
"""

import inspect
import re
import sys
from collections.abc import Iterator

import click
from index_docs import DOCS, bring_up_to_date

import penstock
from penstock.cli.app import app


def command_line() -> str:
    """Every command with its help, as `--help` prints it."""
    parts = []
    for name, command, context in _commands(app, click.Context(app, info_name="penstock", terminal_width=100)):
        parts.append(f"## `{name}`\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
    return "\n".join(parts)


def _commands(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    yield context.command_path, command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            inside = click.Context(child, info_name=name, parent=context, terminal_width=100)
            yield from _commands(child, inside)


def python_names() -> str:
    """Every public name with its signature and documentation."""
    parts = []
    for name in penstock.__all__:
        if name.startswith("__"):
            continue
        thing = getattr(penstock, name)
        parts.append(f"## `{name}`\n\n```text\n{name}{_signature(thing)}\n```\n\n{_markdown(thing)}\n")
    return "\n".join(parts)


def _signature(thing: object) -> str:
    try:
        shown = str(inspect.signature(thing))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""
    plain = re.sub(r"(?<=: |> )'([^']+)'", r"\1", shown)  # annotations that are kept as text
    return plain if len(plain) < 100 else "(...)"


def _markdown(thing: object) -> str:
    """A docstring with its Google sections as lists."""
    text = (inspect.getdoc(thing) or "").replace("```python", "```py")  # to be read, not to be run
    text = re.sub(r"^(Args|Returns|Raises):$", r"**\1:**\n", text, flags=re.MULTILINE)
    return re.sub(r"^    (\**\w+): ", r"- `\1`: ", text, flags=re.MULTILINE)


if __name__ == "__main__":
    pages = {DOCS / "reference/cli.md": command_line(), DOCS / "reference/python.md": python_names()}
    raise SystemExit(bring_up_to_date(pages, check="--check" in sys.argv[1:], script="scripts/reference_docs.py"))
