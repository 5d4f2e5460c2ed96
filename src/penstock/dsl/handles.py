"""What author code holds while a pipeline is traced: stand-ins for values that will exist when it runs.

A handle can be passed to other tasks, compared, subscripted and put into an f-string. Whatever else Python code might
do with a real value is a mistake here, which is recorded and answered with a broken handle, so that tracing goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from penstock.dsl.diagnostics import Code, did_you_mean
from penstock.dsl.frames import unpacked_count
from penstock.dsl.graph import (
    Broken,
    Comparison,
    Field,
    Graph,
    Joined,
    LoopItem,
    Not,
    Operator,
    Task,
    TaskOutput,
    Test,
    Truth,
    Value,
    describe_value,
)

_PLAIN_IF = (
    "write `with when(...):` for `if`, `elsewhen` for `elif`, `otherwise` for `else`,"
    " `&`, `|` and `~` for `and`, `or` and `not`"
)
_IN_A_COMPONENT = "compute it inside a component, where the real value is"


class Recorder(Protocol):
    """Takes down what author code does with stand-ins."""

    @property
    def graph(self) -> Graph: ...

    def report(self, code: Code, message: str, hint: str) -> None:
        """Record a mistake at the author's present line."""
        ...

    def count_decision(self) -> None:
        """Notice that Python asked a stand-in for its truth."""
        ...

    def value(self, given: object) -> Value:
        """What an author's expression stands for."""
        ...

    def test(self, given: object) -> Test:
        """The condition that an author's expression stands for."""
        ...

    def token(self, value: Value) -> str:
        """Text that stands for `value` inside an f-string."""
        ...

    def order(self, handle: object, others: tuple[object, ...]) -> None:
        """Let the task of `handle` wait for those of `others`."""
        ...


class Symbol:
    """Base of all stand-ins: refuses what only a real value can do."""

    __slots__ = ("_trace",)

    def __init__(self, trace: Recorder) -> None:
        self._trace = trace

    def _is_broken(self) -> bool:
        return False

    def _advice(self) -> str:
        """What to do instead of computing with it."""
        return _IN_A_COMPONENT

    def _refuse(self, code: Code, message: str, hint: str) -> Handle:
        if not self._is_broken():
            self._trace.report(code, message, hint)
        return Handle(self._trace, Broken())

    def __bool__(self) -> bool:
        message = f"{describe(self)} is not known before the pipeline runs, so Python cannot decide by it here"
        self._refuse(Code.USED_AS_BOOL, message, _PLAIN_IF)
        self._trace.count_decision()
        return True

    def __iter__(self) -> Iterator[Any]:
        count = unpacked_count()
        if count is None:
            hint = "write `for item in each(...):` to run tasks for each item"
            self._refuse(Code.USED_AS_VALUE, f"{describe(self)} cannot be gone through before the pipeline runs", hint)
        else:
            hint = "return a NamedTuple or dataclass from the component to have several outputs"
            self._refuse(Code.WRONG_UNPACKING, f"{describe(self)} is one value and cannot be unpacked", hint)
        return iter([Handle(self._trace, Broken()) for _ in range(count or 1)])

    def __contains__(self, item: object) -> bool:
        self._refuse(Code.USED_AS_BOOL, f"what {describe(self)} holds is not known before the pipeline runs", _PLAIN_IF)
        return False

    def __len__(self) -> int:
        self._refuse(Code.USED_AS_VALUE, f"the length of {describe(self)} is not known yet", _IN_A_COMPONENT)
        return 0

    def __int__(self) -> int:
        self._refuse(Code.USED_AS_VALUE, f"`int(...)` of {describe(self)} is not known yet", _IN_A_COMPONENT)
        return 0

    def __index__(self) -> int:
        self._refuse(Code.USED_AS_VALUE, f"{describe(self)} is not known yet: no index", _IN_A_COMPONENT)
        return 0

    def __float__(self) -> float:
        self._refuse(Code.USED_AS_VALUE, f"`float(...)` of {describe(self)} is not known yet", _IN_A_COMPONENT)
        return 0.0

    def __call__(self, *_: object, **__: object) -> Any:
        return self._refuse(Code.USED_AS_VALUE, f"{describe(self)} cannot be called here", _IN_A_COMPONENT)

    def __format__(self, spec: str) -> str:
        self._refuse(Code.NO_VALUE, f"{describe(self)} cannot be put into text", "put one value there")
        return repr(self)

    def __setitem__(self, key: object, value: object) -> None:
        self._refuse(Code.USED_AS_VALUE, f"{describe(self)} cannot be changed here", _IN_A_COMPONENT)


def _operator(sign: str) -> Callable[..., Any]:
    def method(self: Symbol, *_: object) -> Any:
        message = f"`{sign}` cannot be applied to {describe(self)} before the pipeline runs"
        return self._refuse(Code.USED_AS_VALUE, message, self._advice())

    return method


for _names, _sign in (
    ("add radd iadd pos", "+"),
    ("sub rsub isub neg", "-"),
    ("mul rmul imul", "*"),
    ("truediv rtruediv itruediv", "/"),
    ("floordiv rfloordiv", "//"),
    ("mod rmod", "%"),
    ("pow rpow", "**"),
    ("matmul rmatmul", "@"),
    ("lshift rlshift", "<<"),
    ("rshift rrshift", ">>"),
    ("xor rxor", "^"),
    ("abs", "abs"),
    ("round", "round"),
    ("reversed", "reversed"),
    ("eq", "=="),
    ("ne", "!="),
    ("lt", "<"),
    ("le", "<="),
    ("gt", ">"),
    ("ge", ">="),
    ("and rand", "&"),
    ("or ror", "|"),
    ("invert", "~"),
):
    for _name in _names.split():
        setattr(Symbol, f"__{_name}__", _operator(_sign))


class Logical(Symbol):
    """A stand-in that can be part of a condition."""

    __slots__ = ()
    __hash__ = object.__hash__

    def _test(self) -> Test:
        raise NotImplementedError

    def __and__(self, other: object) -> Any:
        return Condition(self._trace, Joined("&&", self._test(), self._trace.test(other)))

    def __rand__(self, other: object) -> Any:
        return Condition(self._trace, Joined("&&", self._trace.test(other), self._test()))

    def __or__(self, other: object) -> Any:
        return Condition(self._trace, Joined("||", self._test(), self._trace.test(other)))

    def __ror__(self, other: object) -> Any:
        return Condition(self._trace, Joined("||", self._trace.test(other), self._test()))

    def __invert__(self) -> Any:
        return Condition(self._trace, Not(self._test()))


class Condition(Logical):
    """The outcome of a comparison, unknown until the pipeline runs."""

    __slots__ = ("_of",)

    def __init__(self, trace: Recorder, of: Test) -> None:
        super().__init__(trace)
        self._of = of

    def _test(self) -> Test:
        return self._of

    def __repr__(self) -> str:
        return "<condition>"


class Handle(Logical):
    """One value."""

    __slots__ = ("_value",)

    def __init__(self, trace: Recorder, value: Value) -> None:
        super().__init__(trace)
        self._value = value

    def _is_broken(self) -> bool:
        return isinstance(self._value, Broken)

    def _test(self) -> Test:
        return Truth(self._value)

    def _compare(self, operator: Operator, other: object) -> Any:
        return Condition(self._trace, Comparison(operator, self._value, self._trace.value(other)))

    def __eq__(self, other: object) -> Any:
        return self._compare("==", other)

    def __ne__(self, other: object) -> Any:
        return self._compare("!=", other)

    def __lt__(self, other: object) -> Any:
        return self._compare("<", other)

    def __le__(self, other: object) -> Any:
        return self._compare("<=", other)

    def __gt__(self, other: object) -> Any:
        return self._compare(">", other)

    def __ge__(self, other: object) -> Any:
        return self._compare(">=", other)

    __hash__ = object.__hash__

    def __getitem__(self, key: object) -> Any:
        if self._is_broken():
            return self
        if isinstance(key, str) or (isinstance(key, int) and not isinstance(key, bool) and key >= 0):
            return Handle(self._trace, Field(self._value, key))
        message = f"{describe(self)} can be subscripted with a text or a whole number from 0 on, not with {key!r}"
        return self._refuse(Code.USED_AS_VALUE, message, _IN_A_COMPONENT)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if self._is_broken():
            return self
        value = self._value
        if isinstance(value, LoopItem) and value.loop.attributes:
            return Handle(self._trace, Field(value, name))
        return self._refuse(*_no_attribute(self, name))

    def __format__(self, spec: str) -> str:
        if spec:
            message = f"{describe(self)} cannot be formatted with `:{spec}` before the pipeline runs"
            self._refuse(Code.USED_AS_VALUE, message, "leave the format out, or format it inside a component")
        return self._trace.token(self._value)

    def __str__(self) -> str:
        return self._trace.token(self._value)

    def __repr__(self) -> str:
        return f"<{describe(self)}>"

    def after(self, *others: object) -> Handle:
        """Let the task wait for `others` too, although it takes nothing from them.

        To type checkers a handle is the value itself, which has no such method: there, write
        `train.after(checked)(rows)`, which says the same.
        """
        self._trace.order(self, others)
        return self


class TaskHandle(Symbol):
    """A task with several outputs or with none: `handle.train`, or `train, test = handle`."""

    __slots__ = ("_task",)

    def __init__(self, trace: Recorder, task: Task) -> None:
        super().__init__(trace)
        self._task = task

    def _advice(self) -> str:
        return _outputs_hint(self, "")

    def _output(self, name: str) -> Handle:
        return Handle(self._trace, TaskOutput(self._task, name))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._task.outputs:
            return self._output(name)
        return self._refuse(
            Code.UNKNOWN_OUTPUT, f"{self._task.shown} has no output `{name}`", _outputs_hint(self, name)
        )

    def __getitem__(self, key: object) -> Any:
        if isinstance(key, str) and key in self._task.outputs:
            return self._output(key)
        if isinstance(key, int) and 0 <= key < len(self._task.outputs):
            return self._output(self._task.outputs[key])
        return self._refuse(
            Code.UNKNOWN_OUTPUT, f"{self._task.shown} has no output {key!r}", _outputs_hint(self, str(key))
        )

    def __iter__(self) -> Iterator[Any]:
        names, count = self._task.outputs, unpacked_count()
        found = [self._output(name) for name in names]
        if count is None or count == len(found):
            return iter(found)
        message = f"{self._task.shown} has {len(names)} outputs, and {count} were unpacked"
        self._refuse(Code.WRONG_UNPACKING, message, _outputs_hint(self, ""))
        return iter([*found, *(Handle(self._trace, Broken()) for _ in range(count))][:count])

    def __len__(self) -> int:
        return len(self._task.outputs)

    def __repr__(self) -> str:
        return f"<{self._task.shown}>"

    def after(self, *others: object) -> TaskHandle:
        """See `Handle.after`."""
        self._trace.order(self, others)
        return self


def task_of(handle: object) -> Task | None:
    """The task that a handle is of, if any."""
    if isinstance(handle, TaskHandle):
        return handle._task
    if isinstance(handle, Handle) and isinstance(handle._value, TaskOutput):
        return handle._value.task
    return None


def describe(symbol: Symbol) -> str:
    """What messages call a stand-in."""
    if isinstance(symbol, TaskHandle):
        return f"the outcome of {symbol._task.shown}"
    if isinstance(symbol, Handle):
        return describe_value(symbol._value)
    return "a condition"


def _outputs_hint(handle: TaskHandle, name: str) -> str:
    outputs = handle._task.outputs
    if not outputs:
        return "it returns nothing; annotate its result if it should"
    return did_you_mean(name, outputs, f"its outputs are {', '.join(f'`{one}`' for one in outputs)}")


def _no_attribute(handle: Handle, name: str) -> tuple[Code, str, str]:
    value = handle._value
    if isinstance(value, TaskOutput) and len(value.task.outputs) == 1:
        hint = "its only output is the handle itself: pass that on"
        if name not in ("output", "outputs"):
            hint += "; what the value will hold can be read inside a component"
        return Code.UNKNOWN_OUTPUT, f"{value.task.shown} has no output `{name}`", hint
    hint = f"read `.{name}` inside a component; an entry of a `dict` is `[...]`, as in `item[{name!r}]`"
    return Code.USED_AS_VALUE, f"`.{name}` of {describe(handle)} is not known before the pipeline runs", hint
