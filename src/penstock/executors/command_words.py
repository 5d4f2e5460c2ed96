"""Command lines in words: for messages and for people to look at, never to be executed."""

import shlex
from collections.abc import Sequence

from penstock.ir.commands import read_structure, texts_in
from penstock.ir.placeholders import placeholders_in


def in_one_line(command: Sequence[str], longest: int = 100) -> str:
    """A command line as a shell would take it, on one line; `%rows%` stands for a value, `[…]` for what depends on one.

    Args:
        command: Its elements, which may have placeholders.
        longest: Characters; more are left out.
    """
    text = " ".join(" ".join(_shown(element) for element in command).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _shown(element: str) -> str:
    if read_structure(element) is not None:
        return f"[{' '.join(_named(text) for text in texts_in(element))}]"
    return shlex.quote(_named(element))


def _named(text: str) -> str:
    for placeholder in placeholders_in(text):
        text = text.replace(placeholder.text, f"%{placeholder.name or 'everything'}%")
    return text
