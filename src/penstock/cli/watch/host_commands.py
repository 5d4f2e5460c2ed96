"""The commands that a run will start on this host, as a person sees them before it begins."""

from collections.abc import Mapping, Sequence

from penstock.cli.text import Line, line

_LONGEST = 400


def host_command_lines(commands: Mapping[str, Sequence[str]]) -> list[Line]:
    """A line for each component: its name, and its command; `%rows%` stands for what it will be given."""
    if not commands:
        return []
    from penstock.executors.command_words import in_one_line

    shown = [line("  ", (name, "bold"), "  ", in_one_line(command, _LONGEST)) for name, command in commands.items()]
    return [line(("on this host, without their images:", "warn")), *shown]
