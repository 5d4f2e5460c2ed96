"""Commands that are imported when they are used: `penstock run` does not pay for `penstock artifacts`."""

import sys
from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command


def markup_mode() -> Any:
    """Rich draws the help on a terminal; elsewhere it is plain text, and Rich is not imported."""
    return "rich" if sys.stdout.isatty() else None


class Commands(MutableMapping[str, Any]):
    """Commands by name, each loaded from `module:function` (or `module:app`, a group) at its first use."""

    def __init__(self, places: dict[str, str]) -> None:
        self._places = places
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = self._load(name, self._places[name])
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._places[name] = ""
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._places[name]
        self._loaded.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def _load(self, name: str, place: str) -> Any:
        module, _, attribute = place.partition(":")
        target = getattr(import_module(module), attribute)
        if isinstance(target, typer.Typer):
            app = target
        else:
            app = typer.Typer(add_completion=False, rich_markup_mode=markup_mode())
            app.command(name)(target)
        command = get_command(app)
        command.name = name
        return command


def group(places: dict[str, str], **options: Any) -> typer.Typer:
    """A group of the commands in `places`: name → `module:function`."""

    class Group(TyperGroup):
        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            self.commands = Commands(places)

    return typer.Typer(
        cls=Group,
        add_completion=False,
        rich_markup_mode=markup_mode(),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        **options,
    )
