"""How an error looks in a terminal."""

import re
from typing import IO

from penstock.cli.screen import Screen
from penstock.cli.text import Line, line
from penstock.core.errors import PenstockError, UserError

_CODED = re.compile(r"^(?P<place>.*?)(?P<word>error\[[A-Z]{3}\d{3}\]:)(?P<rest>.*)$")
_HINT = re.compile(r"^(?P<word>\s*hint:)(?P<rest>.*)$")


def print_error(error: PenstockError, stream: IO[str]) -> None:
    """Print what happened, where, and what to do."""
    from penstock.cli.session import settings_of

    try:
        color = settings_of().color
    except (UserError, OSError):
        color = "auto"
    screen = Screen(stream, color=color)
    screen.print(*error_lines(error))


def error_lines(error: PenstockError) -> list[Line]:
    """The error's text, styled; the word `error:` in front, unless it has one of its own."""
    first, *rest = str(error).splitlines() or [""]
    head = _styled(first)
    if head == line(first):
        head = line(("error:", "bad"), " ", (first, "bold"))
    return [head, *(_styled(text) for text in rest)]


def _styled(text: str) -> Line:
    if coded := _CODED.match(text):
        return line((coded["place"], "bold"), (coded["word"], "bad"), (coded["rest"], "bold"))
    if hint := _HINT.match(text):
        return line((hint["word"], "reused"), hint["rest"])
    return line(text)
