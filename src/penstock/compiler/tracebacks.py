"""The author's part of a traceback."""

import traceback
from traceback import FrameSummary

from penstock.dsl.places import is_ours


def author_frames(error: BaseException) -> list[FrameSummary]:
    """The frames of an exception that are the author's, or of libraries that the author called."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if not is_ours(one.filename)]
    return [one for one in frames if "importlib" not in one.filename]


def format_frames(frames: list[FrameSummary]) -> str:
    """The frames as Python prints them."""
    return "".join(traceback.format_list(frames))
