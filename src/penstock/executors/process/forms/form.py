"""What a form of container is: the seam between the executor and the ways to run a task without a container engine."""

from typing import Protocol

from msgspec import Struct

from penstock.engine.executor import WorkOrder
from penstock.environments import Packages
from penstock.ir.spec import ContainerSpec


class Needs(Struct, frozen=True, kw_only=True):
    """What a worker must have before it can run a task."""

    packages: Packages = Packages()
    """Those of an environment of its own; none for the environment that Penstock runs in."""
    imports: tuple[str, ...] = ()
    """Modules worth having imported."""


class Call(Struct, frozen=True, kw_only=True):
    """The job that runs a task: a function of a worker, and what it is given."""

    function: str
    payload: bytes
    code_folder: str = ""
    reusable: bool = True
    """Whether what it gives may serve later runs."""


class TaskForm(Protocol):
    """One form of container that can be run without a container engine. Raises `PenstockError`s."""

    def matches(self, container: ContainerSpec) -> bool:
        """Whether `container` has this form. Cheap: asked for every task."""
        ...

    def needs(self, container: ContainerSpec) -> Needs:
        """What its worker must have."""
        ...

    def call(self, order: WorkOrder) -> Call:
        """The job for one attempt."""
        ...
