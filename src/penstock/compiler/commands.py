"""Container components: their functions called with what stands for inputs and outputs, and what came of it checked."""

import inspect
from dataclasses import dataclass, field

from penstock.compiler.containers import resources_of
from penstock.compiler.tracebacks import author_frames, format_frames, said_by
from penstock.compiler.types.interfaces import Interface, Use
from penstock.data.types import ArtifactUse
from penstock.dsl.commands import (
    BadElement,
    FileStand,
    OutputStand,
    Stand,
    elements_of,
    parameter_stand,
)
from penstock.dsl.commands import (
    ContainerSpec as Command,
)
from penstock.dsl.container import ContainerComponent
from penstock.dsl.diagnostics import Code, Diagnostic
from penstock.dsl.options import Options
from penstock.dsl.places import place_of
from penstock.ir.manifest import caching_variables
from penstock.ir.spec import ContainerSpec, EnvVar


@dataclass
class CommandLines:
    """Calls the function of each container component once."""

    problems: dict[Diagnostic, None] = field(default_factory=dict)
    _known: dict[int, ContainerSpec | None] = field(default_factory=dict)

    def read(self, component: ContainerComponent, interface: Interface) -> ContainerSpec | None:
        """Its image and command line; None if there is a mistake in it, which is recorded."""
        key = id(component.origin)
        if key not in self._known:
            self._known[key] = self._call(component, interface)
        return self._known[key]

    def container(self, component: ContainerComponent, interface: Interface, options: Options) -> ContainerSpec:
        """The container of one task of it."""
        read = self.read(component, interface)
        assert read is not None
        return ContainerSpec(
            image=options.image or read.image,
            command=read.command,
            args=read.args,
            env=[*(EnvVar(name=name, value=value) for name, value in options.env.items()), *_caching(options)],
            resources=resources_of(options),
        )

    def _call(self, component: ContainerComponent, interface: Interface) -> ContainerSpec | None:
        given = {name: _stand_in(name, one.use, "inputs") for name, one in interface.inputs.items()}
        given |= {name: _stand_in(name, use, "outputs") for name, use in interface.outputs.items()}
        message = hint = details = ""
        try:
            return _checked(component.function(**given))
        except BadElement as error:
            message, hint = str(error), error.hint
        except Exception as error:  # noqa: BLE001 - the author's code
            message = f"its function raised {type(error).__name__}: {said_by(error)}"
            hint = "it is called to write the command line when a pipeline is compiled; values come when the task runs"
            details = format_frames(author_frames(error))
        place = place_of(inspect.unwrap(component.function).__code__)
        message = f"container component '{component.name}': {message}"
        found = Diagnostic(code=Code.BAD_COMMAND, message=message, hint=hint, place=place, details=details)
        self.problems[found] = None
        return None


def _caching(options: Options) -> list[EnvVar]:
    caching = options.caching
    return [] if caching is None else caching_variables(caching.version, caching.fresh_seconds)


def _checked(made: object) -> ContainerSpec:
    """What a component's function returned, as the IR has it. Raises `BadElement`."""
    if not isinstance(made, Command):
        hint = 'return `ContainerSpec(image="debian:12", command=[...])`'
        raise BadElement(f"its function returned a `{type(made).__name__}`, no `ContainerSpec`", hint)
    if not isinstance(made.image, str | Stand) or not str(made.image).strip():
        raise BadElement(f"its image is {made.image!r}", 'write `image="debian:12"`')
    return ContainerSpec(
        image=str(made.image), command=elements_of(made.command, "command"), args=elements_of(made.args, "args")
    )


def _stand_in(name: str, use: Use | None, side: str) -> Stand:
    if isinstance(use, ArtifactUse):
        if use.is_list and side == "inputs":
            return Stand(name, f"{{{{$.inputs.artifacts['{name}']}}}}")
        return FileStand(name, side)
    return OutputStand(name) if side == "outputs" else parameter_stand(name)
