"""Files that a component's code names: `read_csv("rules.csv")` depends on what is in that file."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from penstock.compiler.code.project import is_local

_MACHINE = ("/dev/", "/etc/", "/proc/", "/sys/", "/usr/")
_NO_DATA = (".py", ".pyc", ".so", ".log", ".lock", ".pid", ".tmp")
_MOST = 200
"""Texts that are tried at most, in pairs: code with more is a table, and names no files."""


def files_named(texts: Iterable[str], folder: Path) -> list[str]:
    """Those of some texts, or of two of them as folder and name, that are files now.

    Args:
        texts: From code.
        folder: What relative paths start from when it runs.
    """
    likely = sorted(text for text in texts if _may_be_path(text))
    found = {text for text in likely if _is_data(folder / text)}
    if len(likely) <= _MOST:
        parents = [text for text in likely if text not in (".", "..") and (folder / text).is_dir()]
        pairs = (Path(parent, name) for parent in parents for name in likely if "." in name)
        found.update(str(pair) for pair in pairs if _is_data(folder / pair))
    return sorted(found)


def _may_be_path(text: str) -> bool:
    return "://" not in text and "\0" not in text and not any(sign in text for sign in "{}*<>|\n")


def _is_data(path: Path) -> bool:
    """Whether a path is a file of the author's, other than code, which counts by its definitions."""
    try:
        if path.suffix in _NO_DATA or not path.is_file():
            return False
        real = str(path.resolve())
    except (OSError, ValueError):
        return False
    return is_local(real) and not real.startswith((*_MACHINE, f"{sys.prefix}{os.sep}", f"{sys.base_prefix}{os.sep}"))
