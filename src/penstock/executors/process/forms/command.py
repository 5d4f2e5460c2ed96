"""A container's command as a plain command of this host, its image ignored. Only for runs that ask for it."""

import os
import shutil
from pathlib import Path

import msgspec

from penstock.artifacts.local import Durability
from penstock.engine.executor import WorkOrder
from penstock.executors.command_errors import CannotExecute, NoCommand
from penstock.executors.errors import NeedsItsImage
from penstock.executors.process import commands
from penstock.executors.process.commands import CommandWork
from penstock.executors.process.forms.form import Call, Needs
from penstock.executors.process.forms.kfp import function_of, is_containerized
from penstock.ir.commands import read_structure
from penstock.ir.placeholders import placeholders_in
from penstock.ir.spec import ContainerSpec

_RUN = f"{commands.__name__}:{commands.run.__name__}"


class HostCommand:
    """Any container that names a command.

    It is not among the forms that the process executor tries by itself: that a command of somebody's pipeline runs
    with the rights of whoever started it, outside of its image, must have been said.
    """

    def __init__(self, artifacts: str, cache: Path, durability: Durability = "full") -> None:
        self._artifacts = artifacts
        self._cache = str(cache)
        self._durability: Durability = durability

    def matches(self, container: ContainerSpec) -> bool:
        return bool(container.command)

    def needs(self, container: ContainerSpec) -> Needs:
        """See `TaskForm.needs`. What can be seen to fail is refused here, before the run starts."""
        if not container.command:
            raise NoCommand(image=container.image)
        if is_containerized(container):
            raise NeedsItsImage(image=container.image, function=function_of(container))
        program = container.command[0]
        if _is_plain(program) and not _exists(program, _search_path(container)):
            raise CannotExecute(program=program, image=container.image)
        return Needs(imports=(commands.__name__,))

    def call(self, order: WorkOrder) -> Call:
        work = command_work(order, self._artifacts, self._cache, self._durability)
        return Call(function=_RUN, payload=msgspec.json.encode(work))


def command_work(order: WorkOrder, artifacts: str, cache: str, durability: Durability) -> CommandWork:
    """What a worker is told of an attempt whose component is a command line."""
    return CommandWork(
        container=order.container,
        executor_input=order.executor_input,
        outputs=order.component.output_definitions,
        values=order.values,
        granted=list(order.grants.environ),
        component=order.label,
        folder=str(order.folder),
        artifacts=artifacts,
        artifact_cache=cache,
        durability=durability,
    )


def _is_plain(element: str) -> bool:
    """Whether an element is what will be executed, as it stands."""
    return read_structure(element) is None and not any(placeholders_in(element))


def _search_path(container: ContainerSpec) -> str:
    given = {one.name: one.value for one in container.env}.get("PATH", "")
    return given if given and _is_plain(given) else os.environ.get("PATH", os.defpath)


def _exists(program: str, path: str) -> bool:
    if os.sep in program and not program.startswith(os.sep):
        return True  # meant from the run's working folder, which shows when it is there
    return shutil.which(program, path=path) is not None
