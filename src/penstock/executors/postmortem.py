"""The debugger, opened where a component raised."""

import traceback
from types import TracebackType

from penstock.launcher.tracebacks import author_part

_LIBRARIES = ("site-packages", "dist-packages", "<frozen ", "/lib/python")


def debug(error: BaseException) -> None:
    """Open `pdb` at the innermost frame of the author's; `down` leads on into the library that raised.

    Does nothing for an error that the author's code had no part in.
    """
    cause = error.__cause__ if error.__cause__ is not None and author_part(error.__traceback__) is None else error
    trace = author_part(cause.__traceback__)
    if trace is None:
        return
    import pdb

    traceback.print_exception(type(cause), cause, trace)
    debugger = pdb.Pdb()
    debugger.reset()
    inside_library = _frames_below_author(trace)
    if inside_library:
        debugger.cmdqueue.append(f"up {inside_library}")
    debugger.interaction(None, trace)


def _frames_below_author(trace: TracebackType) -> int:
    """How many frames of libraries lie below the author's innermost one."""
    below = 0
    frame: TracebackType | None = trace
    while frame is not None:
        from_library = any(part in frame.tb_frame.f_code.co_filename for part in _LIBRARIES)
        below = below + 1 if from_library else 0
        frame = frame.tb_next
    return below
