"""The author's traceback: an exception's, without our frames, without the import machinery, without machine paths."""

import os
from collections.abc import Iterator
from pathlib import Path
from traceback import FrameSummary, StackSummary, TracebackException, walk_tb
from types import TracebackType

LONGEST = 24_000
"""Characters that a traceback may have; the middle of a longer one is left out."""

_OURS = str(Path(__file__).parent.parent) + os.sep
_LAUNCHER = str(Path(__file__).parent) + os.sep
_FROZEN = ("<frozen importlib", "<frozen runpy", "<frozen zipimport")
_IMPORT_MODULE = f"{os.sep}importlib{os.sep}__init__.py"


def author_traceback(error: BaseException, code_folder: str) -> tuple[str, FrameSummary | None]:
    """The text of `error`'s traceback as its author should see it, and the innermost frame of the author's.

    Files below `code_folder` are named relative to it. Causes, contexts and the members of exception groups are kept.
    """
    prefix = code_folder.rstrip(os.sep) + os.sep if code_folder else ""
    told = TracebackException.from_exception(error, compact=True)
    for part in _parts(told, set()):
        _rewrite(part, prefix)
    packed = [frame for frame in told.stack if prefix and not Path(frame.filename).is_absolute()]
    innermost = next(reversed(packed or list(told.stack)), None)
    return shorten(clean("".join(told.format())), LONGEST), innermost


def has_author_frames(error: BaseException) -> bool:
    """Whether any code but ours took part in raising `error`."""
    return author_part(error.__traceback__) is not None


def passes_through(error: BaseException, folder: str) -> bool:
    """Whether code below `folder` took part in raising `error`."""
    below = folder.rstrip(os.sep) + os.sep
    return bool(folder) and any(frame.f_code.co_filename.startswith(below) for frame, _ in walk_tb(error.__traceback__))


def author_part(trace: TracebackType | None) -> TracebackType | None:
    """`trace` from the author's first frame on: what a debugger should show; None if there is none."""
    part = trace
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(_LAUNCHER):
            part = trace.tb_next  # what lies above is whoever called the launcher
        trace = trace.tb_next
    while part is not None and _is_foreign(part.tb_frame.f_code.co_filename):
        part = part.tb_next
    return part


def clean(text: str) -> str:
    """`text` without lone surrogates, which no UTF-8 file or JSON can hold."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def shorten(text: str, longest: int) -> str:
    """`text`, or its head and tail if it is longer than that, with a note of what is missing."""
    if len(text) <= longest:
        return text
    head, tail = text[: longest // 3], text[-longest * 2 // 3 :]
    left_out = len(text) - len(head) - len(tail)
    return f"{head}\n[… {left_out:,} characters left out …]\n{tail}"


def _parts(told: TracebackException | None, seen: set[int]) -> Iterator[TracebackException]:
    if told is None or id(told) in seen:
        return
    seen.add(id(told))
    yield told
    for other in (told.__cause__, told.__context__, *(told.exceptions or ())):
        yield from _parts(other, seen)


def _rewrite(part: TracebackException, prefix: str) -> None:
    calls = [index for index, frame in enumerate(part.stack) if frame.filename.startswith(_LAUNCHER)]
    below = part.stack[calls[-1] :] if calls else part.stack
    kept = [frame for frame in below if not _is_foreign(frame.filename)]
    for frame in kept:
        frame.filename = _short(frame.filename, prefix)
    part.stack = StackSummary.from_list(kept)
    filename = getattr(part, "filename", None)  # of a SyntaxError
    if isinstance(filename, str):
        part.filename = _short(filename, prefix)


def _short(filename: str, prefix: str) -> str:
    return filename[len(prefix) :] if prefix and filename.startswith(prefix) else filename


def _is_foreign(filename: str) -> bool:
    """Whether a frame's file is Penstock's or the import machinery's."""
    return filename.startswith((_OURS, *_FROZEN)) or filename.endswith(_IMPORT_MODULE)
