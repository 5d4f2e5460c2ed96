"""Which files the author's code reads while a pipeline is compiled: what it wires may depend on them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_watchers: list[set[Path]] = []
_state = {"hooked": False}


@contextmanager
def opened_files() -> Iterator[set[Path]]:
    """Collect the files that are opened for reading, in any thread, until the context ends.

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
    if not _watchers or event != "open":
        return
    path, mode = arguments[0], arguments[1]
    if isinstance(path, str) and not path.endswith(".pyc") and (mode is None or not set("wax+") & set(mode)):
        try:
            resolved = Path(path).resolve()
        except (OSError, ValueError):
            return
        for watcher in list(_watchers):
            watcher.add(resolved)
