"""Mistakes of authors: found while a pipeline is traced and compiled, and reported all at once."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

from penstock.dsl.places import Place


class Code(StrEnum):
    """What kinds of mistakes there are. Each has a page in `docs/errors/`, and keeps its number for ever."""

    # what a component or pipeline is
    NOT_A_FUNCTION = "CMP001"
    OPEN_SIGNATURE = "CMP002"
    NOT_ANNOTATED = "CMP003"
    UNKNOWN_ANNOTATION = "CMP004"
    UNSUPPORTED_TYPE = "CMP005"
    BAD_OPTION = "CMP006"
    BAD_DEFAULT = "CMP007"
    NAME_CLASH = "CMP008"
    BAD_COMMAND = "CMP009"
    # what is passed
    UNKNOWN_ARGUMENT = "CMP010"
    MISSING_ARGUMENT = "CMP011"
    WRONG_TYPE = "CMP012"
    TOO_MANY_ARGUMENTS = "CMP013"
    BAD_CONSTANT = "CMP014"
    MIXED_COLLECTION = "CMP015"
    NO_VALUE = "CMP016"
    # what is done with the outputs of tasks
    UNKNOWN_OUTPUT = "CMP020"
    USED_AS_BOOL = "CMP021"
    USED_AS_VALUE = "CMP022"
    WRONG_UNPACKING = "CMP023"
    OTHER_PIPELINE = "CMP024"
    OUTSIDE_PIPELINE = "CMP025"
    # control flow
    OUTSIDE_LOOP = "CMP030"
    OUTSIDE_BRANCH = "CMP031"
    MISPLACED_BRANCH = "CMP032"
    BAD_CONDITION = "CMP033"
    BAD_MERGE = "CMP034"
    BAD_LOOP = "CMP035"
    BROKEN_LOOP = "CMP036"
    BAD_COLLECT = "CMP037"
    BAD_EXIT_HANDLER = "CMP038"
    BAD_ORDER = "CMP039"
    CYCLE = "CMP040"
    NEEDS_DEFAULT = "CMP041"
    # pipelines
    EMPTY_PIPELINE = "CMP050"
    PIPELINE_RAISED = "CMP051"
    RECURSIVE_PIPELINE = "CMP052"
    BAD_RESULT = "CMP053"
    RUN_AT_IMPORT = "CMP054"
    # code that has to travel
    NOT_AT_TOP_LEVEL = "CMP060"
    NO_SOURCE = "CMP061"
    CANNOT_TRAVEL = "CMP062"
    NOT_INSTALLED = "CMP063"
    # the file itself
    SYNTAX_ERROR = "CMP074"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One mistake: what, where, and what to do."""

    code: Code
    message: str
    hint: str
    place: Place
    details: str = ""
    """More lines, such as the author's traceback."""

    def render(self, folder: Path) -> str:
        """The block that people read; paths are shown relative to `folder`."""
        lines = [f"{self.place.shown(folder)}: error[{self.code}]: {self.message}", f"  hint: {self.hint}"]
        lines += [f"  | {line}" for line in self.details.replace(f"{folder}{os.sep}", "").splitlines()]
        return "\n".join(lines)


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """A hint that names what is nearest to `name`, or `otherwise`."""
    near = get_close_matches(name, list(known), n=1)
    return f"did you mean `{near[0]}`?" if near else otherwise
