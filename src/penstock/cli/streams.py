"""The standard streams of the program: there from its start, silent once nobody reads them."""

import os
import sys
from contextlib import suppress
from typing import IO


def prepare() -> None:
    """Give the program its streams, also where it was started without (`penstock … >&-`).

    A file that is opened later must not get the number of one of them: it would take what is printed.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, _nothing(number, "w" if number else "r"))
        elif number and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def silence(stream: IO[str]) -> None:
    """Let what is still written to `stream` go nowhere, also what its buffer holds."""
    with suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
        stream.flush()


def _nothing(number: int, mode: str) -> IO[str]:
    opened = os.open(os.devnull, os.O_RDWR)
    try:
        os.fstat(number)
    except OSError:
        os.dup2(opened, number)
    if opened != number:
        os.close(opened)
        opened = number
    return open(opened, mode, encoding="utf-8", closefd=False)
