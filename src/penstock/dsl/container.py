"""`@container_component`: a command line in an image, in any language, that becomes a task in a pipeline."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from functools import cached_property
from typing import Any, Unpack, get_args, get_origin, overload

from penstock.dsl.commands import ContainerSpec, Output
from penstock.dsl.component import Component, NotAFunction, _described, _diagnostics
from penstock.dsl.diagnostics import Code, Diagnostic
from penstock.dsl.options import Options, TaskOptions
from penstock.dsl.places import caller, place_of
from penstock.dsl.signature import EMPTY, Signature, read_signature


class ContainerComponent(Component[..., Any]):
    """A command line that can be a task.

    In a pipeline, a call takes the inputs and gives a handle: of the output if there is one, else with an attribute
    for each. Anywhere else, a call is a call of the function, which returns the command line for what it is given.
    """

    @cached_property
    def signature(self) -> Signature:
        """Its inputs, and as outputs the arguments that are marked so."""
        if self._origin is not self:
            return self._origin.signature
        read = read_signature(self.function, "container component", self.function.__name__)
        outputs = {name: one for name, one in read.parameters.items() if _is_output(one.annotation)}
        fields = {
            name: get_args(one.annotation)[0] if get_args(one.annotation) else EMPTY for name, one in outputs.items()
        }
        return dataclasses.replace(
            read,
            parameters={name: one for name, one in read.parameters.items() if name not in outputs},
            result=tuple if fields else None,
            fields=fields,
            problems=read.problems + self._mistakes(read, fields),
        )

    def _mistakes(self, read: Signature, fields: dict[str, Any]) -> tuple[Diagnostic, ...]:
        place = place_of(inspect.unwrap(self.function).__code__)
        found = []
        for name in (name for name, annotation in fields.items() if annotation is EMPTY):
            message = f"output `{name}` of container component '{self.name}' does not say what it is"
            hint = f"write `{name}: Output[int]`, `{name}: Output[pl.DataFrame]`, `{name}: Output[Path]`, …"
            found.append(Diagnostic(code=Code.NOT_ANNOTATED, message=message, hint=hint, place=place))
        if read.result not in (None, EMPTY, ContainerSpec):
            message = f"container component '{self.name}' is declared to return something else than a `ContainerSpec`"
            hint = "annotate the result as `ContainerSpec`, and outputs as arguments: `table: Output[pl.DataFrame]`"
            found.append(Diagnostic(code=Code.BAD_COMMAND, message=message, hint=hint, place=place))
        if self.options.requirements:
            message = f"container component '{self.name}' has `requirements`, which only Python components have"
            found.append(Diagnostic(code=Code.BAD_OPTION, message=message, hint="let its image hold them", place=place))
        return tuple(found)

    def _is_single(self, outputs: tuple[str, ...]) -> bool:
        return len(outputs) == 1


def _is_output(annotation: Any) -> bool:
    return annotation is Output or get_origin(annotation) is Output


@overload
def container_component(function: Callable[..., ContainerSpec], /) -> ContainerComponent: ...
@overload
def container_component(
    **options: Unpack[TaskOptions],
) -> Callable[[Callable[..., ContainerSpec]], ContainerComponent]: ...
def container_component(function: Any = None, /, **options: Any) -> Any:
    """Make a function that returns a command line a component: for any program, in any language.

    ```python
    @container_component
    def total(rows: Path, by: str, table: Output[Path]) -> ContainerSpec:
        return ContainerSpec(image="debian:12", command=["awk", "-f", "total.awk"], args=[by, rows, table])
    ```

    The function is called once, when a pipeline is compiled. Its arguments then stand for what the task will be given:
    the value of a parameter, the path of an artifact, for an `Output` the path that the command writes to.

    Args:
        function: The author's function.
        **options: See `TaskOptions`. `image` wins over that of the `ContainerSpec`; there are no `requirements`.

    Raises:
        NotAFunction: It stands on something else.
    """
    place = caller()

    def decorate(function: Callable[..., ContainerSpec]) -> ContainerComponent:
        if not inspect.isfunction(function):
            raise NotAFunction(decorator="container_component", got=_described(function))
        chosen, problems = Options().changed(options)
        return ContainerComponent(function, chosen, _diagnostics(function.__name__, problems, place))

    return decorate if function is None else decorate(function)
