"""The argument that names an approval, and what a shell completes it to."""

# ruff: noqa: ARG001 - the arguments are those of Click's interface

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def complete_approval(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The ids of what waits that begin so."""
    from click.shell_completion import CompletionItem

    from penstock.cli.session import session
    from penstock.platform.approvals import waiting

    try:
        with session(ctx.params.get("home")) as here:
            found = [item for item in waiting(here.store) if item.approval_id.startswith(incomplete)]
    except Exception:  # noqa: BLE001 - nobody can be told; the shell completes nothing then
        return []
    return [CompletionItem(item.approval_id, help=item.subject) for item in found]


approval_id = click.argument("approval", metavar="APPROVAL", shell_complete=complete_approval)
