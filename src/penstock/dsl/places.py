"""Where in the author's files something was written."""

import sys
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType

_OURS = (str(Path(__file__).parent), str(Path(__file__).parent.parent / "compiler"))
_READY = str(Path(__file__).parent.parent / "components")
"""Ready components: functions there may place several tasks, all of which the author's one line asks for."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file."""

    file: str
    line: int

    def shown(self, folder: Path) -> str:
        """`pipeline.py:42`, relative to `folder` if it is below it; `In[3]:42` for a cell of a notebook."""
        cell = _cell(self.file)
        if cell:
            return f"{cell}:{self.line}"
        path = Path(self.file)
        try:
            return f"{path.relative_to(folder)}:{self.line}"
        except ValueError:
            return f"{path}:{self.line}"


def _cell(file: str) -> str:
    """What a notebook calls the cell whose code has this file name; empty for a real file."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    found = shell.compile.format_code_name(file) if shell is not None else None
    return found[1] if found else ""


def author_frame() -> FrameType | None:
    """The innermost frame that is not this package's; None where there is none."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and is_ours(frame):
        frame = frame.f_back
    return frame


def caller() -> Place:
    """The author's line that is being executed; of a ready component, the line that calls it."""
    frame = author_frame()
    while frame is not None and frame.f_code.co_filename.startswith(_READY):
        if frame.f_back is None or is_ours(frame.f_back):
            break  # a whole pipeline of ours
        frame = frame.f_back
    return Place("<unknown>", 0) if frame is None else Place(frame.f_code.co_filename, frame.f_lineno)


def place_of(code: CodeType) -> Place:
    """Where a function's definition begins."""
    return Place(code.co_filename, code.co_firstlineno)


def is_ours(frame: FrameType) -> bool:
    """Whether a frame is part of what traces and compiles, rather than the author's."""
    file = frame.f_code.co_filename
    if file == "<string>":  # methods that dataclasses write
        return str(frame.f_globals.get("__name__", "")).startswith(("penstock.dsl", "penstock.compiler"))
    return file.startswith(_OURS)
