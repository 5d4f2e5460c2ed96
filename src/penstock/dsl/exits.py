"""Exit handlers: a task that runs when a part of the pipeline has ended, whatever its end was."""

from types import TracebackType

from penstock.dsl.diagnostics import Code
from penstock.dsl.graph import Guard
from penstock.dsl.handles import Symbol, describe, task_of
from penstock.dsl.places import caller
from penstock.dsl.trace import Trace, need_trace


class on_exit:  # noqa: N801 - reads as a statement
    """Run a task when the body has ended, even if it failed: `with on_exit(notify("ops")): ...`.

    The task may take constants and the pipeline's own inputs, not what the body makes: that may never come to be.
    """

    def __init__(self, task: object) -> None:
        self._trace: Trace = need_trace("on_exit")
        self._guard: Guard | None = None
        self._place = caller()
        placed = task_of(task)
        if placed is None or not isinstance(task, Symbol) or task._trace is not self._trace:
            if not (isinstance(task, Symbol) and task._is_broken()):
                shown = describe(task) if isinstance(task, Symbol) else repr(task)
                message, hint = f"{shown} is no task of this pipeline", "write `with on_exit(notify(...)):`"
                self._trace.report(Code.BAD_EXIT_HANDLER, message, hint)
        elif placed.scope is not self._trace.scope:
            message = f"{placed.shown} was placed elsewhere, so it cannot be the exit task here"
            self._trace.report(Code.BAD_EXIT_HANDLER, message, "call the component inside `on_exit(...)`")
        else:
            self._guard = Guard(parent=self._trace.scope, place=self._place, task=placed)

    def __enter__(self) -> None:
        if self._guard is not None:
            self._trace.open(self._guard)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._guard is not None:
            self._trace.close(self._guard)
