"""What `--help` says of every command."""

from pathlib import Path

import click
import pytest

from penstock.cli.app import app, main
from penstock.cli.command import Group
from support.goldens import assert_golden


def commands(command: click.Command, words: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The words of every command below `command`, and its own."""
    found = [words]
    if isinstance(command, Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None, name
            found += commands(inner, (*words, name))
    return found


@pytest.mark.parametrize("words", commands(app), ids=lambda words: "-".join(words) or "penstock")
def test_help(words: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*words, "--help"]) == 0
    assert_golden(Path(__file__).parent / "help" / f"{'-'.join(words) or 'penstock'}.txt", capsys.readouterr().out)
