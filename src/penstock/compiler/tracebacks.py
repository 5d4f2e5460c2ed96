"""The author's part of a traceback."""

import traceback
from traceback import FrameSummary
from types import FrameType

from penstock.dsl.places import is_ours


def said_by(error: BaseException) -> str:
    """What an exception says, whatever its `__str__` does, as text that can be written as UTF-8."""
    try:
        return str(error).encode("utf-8", "backslashreplace").decode("utf-8")
    except BaseException:  # noqa: BLE001 - the author's own __str__
        return "<its __str__ failed>"


def author_frames(error: BaseException) -> list[FrameSummary]:
    """The frames of an exception that are the author's, or of libraries that the author called."""
    walked = traceback.walk_tb(error.__traceback__)
    kept = [(frame, line) for frame, line in walked if not is_ours(frame) and not _is_import(frame)]
    without_sdk = [(frame, line) for frame, line in kept if not _is_kubeflow(frame)]
    return list(traceback.StackSummary.extract(iter(without_sdk or kept)))


def _is_import(frame: FrameType) -> bool:
    """Whether a frame is Python's own import machinery."""
    return str(frame.f_globals.get("__name__", "")).startswith("importlib") or "importlib" in frame.f_code.co_filename


def _is_kubeflow(frame: FrameType) -> bool:
    """Whether a frame is of Kubeflow's SDK, which calls the author's functions as our own `dsl` does."""
    return str(frame.f_globals.get("__name__", "")).startswith("kfp.")


def format_frames(frames: list[FrameSummary]) -> str:
    """The frames as Python prints them."""
    return "".join(traceback.format_list(frames))
