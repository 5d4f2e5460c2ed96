"""What the author's line is doing with a stand-in, read from the bytecode that is being executed."""

import dis

from penstock.dsl.places import author_frame


def unpacked_count() -> int | None:
    """Into how many names the author's line unpacks what it is iterating over; None if it does something else."""
    frame = author_frame()
    if frame is None or frame.f_lasti < 0:
        return None
    code = frame.f_code.co_code
    if dis.opname[code[frame.f_lasti]] != "UNPACK_SEQUENCE":
        return None
    return code[frame.f_lasti + 1]


def begins_for_loop() -> bool:
    """Whether the author's line asks for an iterator directly for a `for`, not by way of `list(...)` or so."""
    frame = author_frame()
    return frame is not None and dis.opname[frame.f_code.co_code[frame.f_lasti]] == "GET_ITER"
