"""Which files the author's code reads while a pipeline is compiled: what it wires may depend on them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from penstock.compiler.code.project import is_local
from penstock.core.witness import LISTING, MODULES

_PENSTOCK = str(Path(__file__).parents[1])
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_IMPORT = "<frozen importlib"
_watchers: list[set[Path]] = []
_state = {"hooked": False}


@contextmanager
def opened_files() -> Iterator[set[Path]]:
    """Collect the files that are opened for reading, in any thread, until the context ends.

    Also those that were looked for and are not there; as `folder/*`, the folders that the author's code listed; and,
    as `folder/*.py`, those that Python searched for a module: what appears there may be found next time.

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
    if not _watchers or event not in ("open", "os.listdir", "os.scandir"):
        return
    given = "." if arguments[0] is None else arguments[0]
    if not isinstance(given, str | bytes | os.PathLike):
        return
    path = os.fsdecode(given)
    if event == "open":
        if not path.endswith(".pyc") and not arguments[2] & _WRITES:
            _note(path)
    elif sys._getframe(1).f_code.co_filename.startswith(_IMPORT):
        _note(path, MODULES)
    elif _is_authors(sys._getframe(1)):
        _note(path, LISTING)


def _is_authors(frame: FrameType | None) -> bool:
    """Whether the author's code stands behind a frame, maybe by way of a library, and not the compiler."""
    while frame is not None and not is_local(frame.f_code.co_filename):
        frame = frame.f_back
    return frame is not None and not frame.f_code.co_filename.startswith(_PENSTOCK)


def _note(path: str, *below: str) -> None:
    try:
        resolved = Path(path).resolve().joinpath(*below)
    except (OSError, ValueError):
        return
    for watcher in list(_watchers):
        watcher.add(resolved)
