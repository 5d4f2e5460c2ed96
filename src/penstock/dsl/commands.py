"""Command lines of container components: what a component's function returns, and what it is given to write it with.

A value that exists only in the task stands in a command line as a placeholder, which whoever runs the task resolves:
`{{$.inputs.parameters['by']}}`. The terms are those of Kubeflow, and so is what comes out.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeAlias, TypeVar

T = TypeVar("T")

Element: TypeAlias = Any
"""One part of a command line: text, a number, an argument of the component's function, a `Concat` or an `IfPresent`."""


@dataclass(frozen=True)
class ContainerSpec:
    """What a container component runs.

    No shell is involved, unless the command names one: each element is one argument, whatever is in it.
    """

    image: str
    """The container image, e.g. `"r-base:4.4.1"`."""
    command: Sequence[Element] = ()
    """The program and its arguments; empty for the one that the image runs by default."""
    args: Sequence[Element] = ()
    """More arguments, after those of `command`."""


class Output(Generic[T]):
    """Marks an argument of a container component's function as an output: `table: Output[pl.DataFrame]`.

    What stands for it in the command line is a path that the command writes to: for a parameter (`Output[int]`) a text
    file with the value, for an artifact a file or folder.
    """

    @property
    def path(self) -> str:
        """Where the command writes it."""
        raise NotImplementedError

    @property
    def uri(self) -> str:
        """Where it will be stored."""
        raise NotImplementedError


@dataclass(frozen=True)
class Concat:
    """Several parts as one argument: `Concat(["--by=", by])`. An f-string does too, unless a part is conditional."""

    items: Sequence[Element]


@dataclass(frozen=True)
class IfPresent:
    """Parts that are there only if an optional input has a value.

    `IfPresent("title", then=["--title", title])`
    """

    input_name: str
    then: Element
    """One part, or a list of several arguments."""
    else_: Element = None
    """The same, for where there is no value; None for nothing."""


class BadElement(Exception):
    """A part of a command line is nothing that can stand there; the message says what, the hint what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Stand:
    """Stands for one value of a task while a component's function writes its command line."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text

    def __str__(self) -> str:
        return self._text

    def __format__(self, spec: str) -> str:
        if spec:
            self._unknown(f"formatted with `:{spec}`")
        return self._text

    def __bool__(self) -> bool:
        self._unknown(
            "decided by", f'write `IfPresent("{self._name}", then=[…])` for what depends on an optional input'
        )

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        self._unknown(f"asked for its `.{attribute}`")

    def __add__(self, other: object) -> str:
        return f"{self}{other}"

    def __radd__(self, other: object) -> str:
        return f"{other}{self}"

    def _unknown(self, what: str, hint: str = "") -> NoReturn:
        message = f"`{self._name}` cannot be {what} here: its value is known only when the task runs"
        raise BadElement(message, hint or "let the command do it, or a component before it")


class FileStand(Stand):
    """Stands for an artifact: as text, its path."""

    def __init__(self, name: str, side: str) -> None:
        self._place = f"$.{side}.artifacts['{name}']"
        super().__init__(name, f"{{{{{self._place}.path}}}}")

    @property
    def path(self) -> str:
        return str(self)

    @property
    def uri(self) -> str:
        return f"{{{{{self._place}.uri}}}}"

    @property
    def metadata(self) -> str:
        return f"{{{{{self._place}.metadata}}}}"

    def __truediv__(self, below: object) -> str:
        return f"{self}/{below}"


class OutputStand(Stand):
    """Stands for an output parameter: as text, the path of the file that takes its value."""

    def __init__(self, name: str) -> None:
        super().__init__(name, f"{{{{$.outputs.parameters['{name}'].output_file}}}}")

    @property
    def path(self) -> str:
        return str(self)


def parameter_stand(name: str) -> Stand:
    """What stands for an input parameter."""
    return Stand(name, f"{{{{$.inputs.parameters['{name}']}}}}")


def elements_of(parts: object, where: str) -> list[str]:
    """The elements of a command line as the IR has them.

    Raises:
        BadElement: One of them cannot stand there.
    """
    if isinstance(parts, str | Stand) or not isinstance(parts, Sequence):
        raise BadElement(f"`{where}` is {_shown(parts)}, and must be a list", f"write `{where}=[…]`")
    return [_element(part, f"{where}[{index}]") for index, part in enumerate(parts)]


def _element(part: object, where: str) -> str:
    structure = _structure(part, where)
    return structure if isinstance(structure, str) else json.dumps(structure, ensure_ascii=False)


def _structure(part: object, where: str) -> str | dict[str, Any]:
    match part:
        case Concat(items):
            return {"Concat": _list(items, where)}
        case IfPresent(name, then, otherwise):
            inner = {"InputName": str(getattr(name, "_name", name)), "Then": _one_or_more(then, where)}
            return {"IfPresent": inner if otherwise is None else inner | {"Else": _one_or_more(otherwise, where)}}
        case bool():
            return "true" if part else "false"
        case str() | int() | float() | Stand():
            return str(part)
    hint = "use text, numbers, the function's arguments, `Concat` and `IfPresent`"
    if isinstance(part, Mapping | list | tuple):
        hint = "write the items one by one, or pass the value as an argument of the component: it arrives as JSON"
    raise BadElement(f"`{where}` is {_shown(part)}, which is no part of a command line", hint)


def _one_or_more(parts: object, where: str) -> Any:
    return _list(parts, where) if isinstance(parts, list | tuple) else _structure(parts, where)


def _list(parts: object, where: str) -> list[Any]:
    if not isinstance(parts, list | tuple):
        raise BadElement(f"what `{where}` joins is {_shown(parts)}, and must be a list", "write `Concat([…])`")
    return [_structure(part, where) for part in parts]


def _shown(thing: object) -> str:
    return "None" if thing is None else f"a `{type(thing).__name__}`"
