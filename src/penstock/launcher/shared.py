"""Inputs belong to every task that reads them: one that a component has changed in place is never read again.

Stored files are read-only, which keeps ordinary users from that; a process of root's, as in most containers,
writes to them all the same.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from penstock.artifacts.store import ArtifactStore
from penstock.ir.runtime import TaskInputValues

_State: TypeAlias = dict[str, tuple[int, int, int]]
"""Of each file: inode, size, time of the last change."""


class SharedInputs:
    """The input artifacts of one call, as they were before it."""

    def __init__(self, inputs: TaskInputValues, store: ArtifactStore | None) -> None:
        self._store = store
        self._before: dict[tuple[str, str], _State] = {}
        if store is not None:
            for name, listed in inputs.artifacts.items():
                for artifact in listed.artifacts:
                    if artifact.digest:
                        self._before[name, artifact.uri] = _state(store.path(artifact.uri))

    def discard_changed(self) -> list[str]:
        """The names of the inputs that are not as they were; they are taken out of the store."""
        changed: dict[str, None] = {}
        for (name, uri), before in self._before.items():
            if self._store is not None and _present(self._store, uri) != before:
                self._store.discard(uri)
                changed[name] = None
        return list(changed)


def _present(store: ArtifactStore, uri: str) -> _State:
    with suppress(LookupError):
        return _state(store.path(uri))
    return {}


def _state(path: Path) -> _State:
    if not path.is_dir():
        return {"": _facts(path)}
    found = {}
    for folder, _, names in os.walk(path):
        found.update({os.path.join(folder, name): _facts(Path(folder, name)) for name in names})  # noqa: PTH118
    return found


def _facts(file: Path) -> tuple[int, int, int]:
    facts = file.stat()
    return facts.st_ino, facts.st_size, facts.st_mtime_ns
