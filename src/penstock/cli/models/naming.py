"""The arguments that name models, versions and aliases, and what a shell completes them to."""

# ruff: noqa: ARG001 - the arguments are those of Click's interface

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def complete_name(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The names of models that begin so."""
    return _completed(ctx, incomplete, versions=False)


def complete_version(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The names of models that begin so, and of one that is complete its aliases and versions."""
    return _completed(ctx, incomplete, versions=True)


model_name = click.argument("name", metavar="NAME", shell_complete=complete_name)
version_reference = click.argument("reference", metavar="VERSION", shell_complete=complete_version)
any_reference = click.argument("reference", metavar="MODEL", shell_complete=complete_version)
alias = click.option("--alias", default="champion", show_default=True, metavar="ALIAS", help="What it is to be.")
reason = click.option("--reason", default="", metavar="TEXT", help="Why; it is kept in the log.")


def which_version(name: str) -> click.UsageError:
    """What to say where a bare name does not do."""
    return click.UsageError(f"which version? Say '{name}/NUMBER', '{name}/latest' or '{name}@ALIAS'")


def _completed(ctx: click.Context, incomplete: str, *, versions: bool) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    try:
        found = _known(ctx.params.get("home"), incomplete, versions=versions)
    except Exception:  # noqa: BLE001 - nobody can be told; the shell completes nothing then
        return []
    return [CompletionItem(text, help=note) for text, note in found if text.startswith(incomplete)]


def _known(home: Any, incomplete: str, *, versions: bool) -> list[tuple[str, str]]:
    from penstock.cli.session import session

    with session(home) as here:
        registry = here.store.registry
        models = [(model.name, model.description) for model in registry.models()]
        name = incomplete.partition("@")[0].partition("/")[0]
        if not versions or name not in {known for known, _ in models}:
            return models
        aliases = [(f"{name}@{alias}", f"version {number}") for alias, number in registry.aliases(name).items()]
        numbers = [(f"{name}/{item.version}", item.status) for item in registry.versions(name)]
        return [*models, *aliases, *numbers]
