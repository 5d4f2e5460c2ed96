"""Which files the author's code reads while a pipeline is compiled: what it wires may depend on them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from penstock.core.witness import MODULES

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_IMPORT = "<frozen importlib"
_watchers: list[set[Path]] = []
_state = {"hooked": False}


@contextmanager
def opened_files() -> Iterator[set[Path]]:
    """Collect the files that are opened for reading, in any thread, until the context ends.

    Also those that were looked for and are not there, and, as `folder/*.py`, the folders that Python searched for a
    module: a file that appears there may be the one that is found next time.

    An audit hook of Python cannot be taken back, so it stays, and does nothing.
    """
    if not _state["hooked"]:
        _state["hooked"] = True
        sys.addaudithook(_hook)
    found: set[Path] = set()
    _watchers.append(found)
    try:
        yield found
    finally:
        _watchers.remove(found)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watchers:
        return
    path = arguments[0] if event in ("open", "os.listdir") else None
    if not isinstance(path, str):
        return
    if event == "open":
        if not path.endswith(".pyc") and not arguments[2] & _WRITES:
            _note(path)
    elif sys._getframe(1).f_code.co_filename.startswith(_IMPORT):
        _note(path, MODULES)


def _note(path: str, *below: str) -> None:
    try:
        resolved = Path(path).resolve().joinpath(*below)
    except (OSError, ValueError):
        return
    for watcher in list(_watchers):
        watcher.add(resolved)
