"""A run for people: its words, its tree, what it gave; and all of it as one page of HTML."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from penstock.artifacts.store import ArtifactStore
    from penstock.metadata.records import Execution, Run
    from penstock.metadata.store import MetadataStore

__all__ = ["render_report"]


def render_report(
    store: "MetadataStore",
    artifacts: "ArtifactStore",
    run: "Run",
    explain: "Callable[[Execution], Sequence[str]] | None" = None,
) -> str:
    """A run as one HTML document that needs no other file: no scripts, nothing fetched.

    Args:
        store: Where the run is.
        artifacts: Where its bytes are.
        run: Which one; finished or not.
        explain: Why a task was executed or served from cache, in words.
    """
    from penstock.platform.report.page import render_page

    return render_page(store, artifacts, run, explain)
