"""From whatever was raised to a `TaskFailure`: what the engine stores and a person reads."""

from typing import Any

from penstock.core.errors import InfraError, PenstockError, TaskError
from penstock.ir.runtime import TaskFailure
from penstock.launcher.errors import (
    ComponentExited,
    ComponentRaised,
    Interrupted,
    LauncherBroke,
    OutOfMemory,
    TooDeep,
    missing_module_advice,
)
from penstock.launcher.tracebacks import author_traceback, clean, has_author_frames, passes_through, shorten

LONGEST_MESSAGE = 2_000


def failure_of(error: PenstockError, traceback: str = "", details: dict[str, Any] | None = None) -> TaskFailure:
    """One of our own errors as a failure; its class says of which kind."""
    kind = "infra" if isinstance(error, InfraError) else "task" if isinstance(error, TaskError) else "user"
    return TaskFailure(
        kind=kind,
        code=error.code,
        message=clean(error.message()),
        hint=clean(error.hint() or ""),
        traceback=traceback,
        details=details or {},
    )


def describe(error: BaseException, code_folder: str = "") -> TaskFailure:
    """Anything that ended a task as a failure, with the author's traceback where the author's code took part."""
    known = error if isinstance(error, PenstockError) else _in_our_words(error, code_folder)
    if isinstance(error, InfraError) and not passes_through(error, code_folder):
        return failure_of(known)  # the ground gave way under us: frames of the standard library tell nobody anything
    cause = error
    if isinstance(error, PenstockError) and error.__cause__ is not None:
        cause = error.__cause__
    if not has_author_frames(cause):
        return failure_of(known, _whole_traceback(cause) if isinstance(known, LauncherBroke) else "")
    text, frame = author_traceback(cause, code_folder)
    details: dict[str, Any] = {"exception": type_name(cause)}
    if frame is not None:
        details |= {"file": clean(frame.filename), "line": frame.lineno, "function": clean(frame.name)}
    return failure_of(known, text, details)


def type_name(error: BaseException) -> str:
    """`ValueError`, `polars.exceptions.ComputeError`."""
    cls = type(error)
    return cls.__qualname__ if cls.__module__ in ("builtins", "__main__") else f"{cls.__module__}.{cls.__qualname__}"


def text_of(error: BaseException) -> str:
    """What an exception says, whatever its `__str__` does."""
    try:
        return shorten(clean(str(error)), LONGEST_MESSAGE)
    except BaseException:  # noqa: BLE001 - the author's own __str__
        return "<its __str__ failed>"


def _in_our_words(error: BaseException, code_folder: str) -> PenstockError:
    match error:
        case SystemExit():
            return ComponentExited(status="" if error.code is None else shorten(clean(repr(error.code)), 200))
        case KeyboardInterrupt():
            return Interrupted()
        case MemoryError():
            return OutOfMemory(text=text_of(error))
        case RecursionError():
            return TooDeep(text=text_of(error))
    if not has_author_frames(error):
        return LauncherBroke(exception=type_name(error), text=text_of(error))
    return ComponentRaised(exception=type_name(error), text=text_of(error), advice=_advice(error, code_folder))


def _advice(error: BaseException, code_folder: str) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        return missing_module_advice(error.name)
    if isinstance(error, FileNotFoundError) and code_folder and str(error.filename).startswith(f"{code_folder}/"):
        return "only modules travel with a run, no files beside them: take the file as a `Path` input of the pipeline"
    return ""


def _whole_traceback(error: BaseException) -> str:
    import traceback

    return shorten(clean("".join(traceback.format_exception(error))), 8_000)
