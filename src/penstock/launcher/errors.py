"""What can go wrong between the engine's order and the author's function, and inside that function."""

from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import InfraError, TaskError, UserError


@dataclass(kw_only=True, eq=False)
class ComponentRaised(TaskError, RuntimeError):
    """The author's code raised."""

    code: ClassVar[str] = "LAU001"
    exception: str
    """Its type's name, e.g. `ValueError`."""
    text: str
    advice: str = ""

    def message(self) -> str:
        return f"{self.exception}: {self.text}" if self.text else self.exception

    def hint(self) -> str | None:
        return self.advice or None


@dataclass(kw_only=True, eq=False)
class ComponentExited(TaskError, RuntimeError):
    """The author's code called `sys.exit`."""

    code: ClassVar[str] = "LAU002"
    status: str
    """As it was given: a number, a text, or empty."""

    def message(self) -> str:
        return f"the component called `sys.exit({self.status})` and returned nothing"

    def hint(self) -> str:
        return "return the outputs to succeed, or raise an error to fail; a component does not own the process"


@dataclass(kw_only=True, eq=False)
class ModuleFailed(TaskError, ImportError):
    """The author's module could not be imported."""

    code: ClassVar[str] = "LAU003"
    module: str
    exception: str
    text: str
    missing: str = ""
    """The module that was not found, if that is what happened."""

    def message(self) -> str:
        return f"the component's module {self.module!r} could not be imported: {self.exception}: {self.text}"

    def hint(self) -> str:
        if self.missing:
            return missing_module_advice(self.missing)
        return "the traceback says which line of it failed; code at the top of a module runs in every task"


@dataclass(kw_only=True, eq=False)
class ComponentMissing(UserError, AttributeError):
    """The author's module has no such component."""

    code: ClassVar[str] = "LAU004"
    module: str
    function: str

    def message(self) -> str:
        return f"module {self.module!r} has no component {self.function!r}"

    def hint(self) -> str:
        return "a component is a function at the top of its module, under the name that it was defined with"


@dataclass(kw_only=True, eq=False)
class WrongReturn(UserError, TypeError):
    """What the component returned is not what it declares."""

    code: ClassVar[str] = "LAU005"
    component: str
    declared: str
    got: str
    missing: str = ""
    """Outputs that are not there, separated by commas."""

    def message(self) -> str:
        lacks = f", which lacks {self.missing}" if self.missing else ""
        return f"component {self.component!r} is declared to return `{self.declared}`, but returned `{self.got}`{lacks}"

    def hint(self) -> str:
        return "return what the annotation says on every path through the function, or change the annotation"


@dataclass(kw_only=True, eq=False)
class OutOfMemory(TaskError, MemoryError):
    """The author's code got no more memory."""

    code: ClassVar[str] = "LAU006"
    text: str = ""

    def message(self) -> str:
        return "the component ran out of memory" + (f": {self.text}" if self.text else "")

    def hint(self) -> str:
        return 'raise `memory=`, e.g. `@component(memory="4G")`, or work through the data in pieces (`pl.LazyFrame`)'


@dataclass(kw_only=True, eq=False)
class TooDeep(TaskError, RecursionError):
    """The author's code called itself too deeply."""

    code: ClassVar[str] = "LAU007"
    text: str

    def message(self) -> str:
        return f"the component recursed too deeply: {self.text}"

    def hint(self) -> str:
        return "look for a recursion without an end; `sys.setrecursionlimit` raises the limit where the depth is right"


@dataclass(kw_only=True, eq=False)
class BadCodePackage(UserError, ValueError):
    """The code package inside a component's container is not what it should be."""

    code: ClassVar[str] = "LAU008"
    reason: str

    def message(self) -> str:
        return f"the component's code package cannot be unpacked: {self.reason}"

    def hint(self) -> str:
        return "compile the pipeline again; if the file was edited by hand, its --package argument is damaged"


@dataclass(kw_only=True, eq=False)
class MissingArgument(UserError, TypeError):
    """The function has an argument without a default that nothing was given for."""

    code: ClassVar[str] = "LAU009"
    component: str
    argument: str

    def message(self) -> str:
        return f"component {self.component!r} needs a value for its argument {self.argument!r}, and was given none"

    def hint(self) -> str:
        return "give the argument a default, or pass a value where the task is placed in the pipeline"


@dataclass(kw_only=True, eq=False)
class Interrupted(TaskError, RuntimeError):
    """A keyboard interrupt reached the author's code."""

    code: ClassVar[str] = "LAU010"

    def message(self) -> str:
        return "the component was interrupted (KeyboardInterrupt)"


@dataclass(kw_only=True, eq=False)
class BadManifest(UserError, ValueError):
    """What a component's container says of itself cannot be read."""

    code: ClassVar[str] = "LAU011"
    reason: str

    def message(self) -> str:
        return f"the component's container arguments cannot be read: {self.reason}"

    def hint(self) -> str:
        return "compile the pipeline again, with the Penstock version that is to run it"


@dataclass(kw_only=True, eq=False)
class NoLocalPath(UserError, ValueError):
    """An artifact's URI has no place in this container's file system."""

    code: ClassVar[str] = "LAU012"
    uri: str

    def message(self) -> str:
        return f"the artifact at {self.uri!r} is not mounted in this container"

    def hint(self) -> str:
        return "use a pipeline root on gs://, s3:// or minio://, or a path; Kubeflow mounts those"


@dataclass(kw_only=True, eq=False)
class InputUnreadable(TaskError, ValueError):
    """An input's bytes could not be turned into what the component asks for."""

    code: ClassVar[str] = "LAU013"
    where: str
    """Which, e.g. `input 'rows' of component 'train'`."""
    reason: str

    def message(self) -> str:
        return f"{self.where} could not be read: {self.reason}"


@dataclass(kw_only=True, eq=False)
class OutputUnsaved(TaskError, ValueError):
    """An output's value could not be written."""

    code: ClassVar[str] = "LAU014"
    where: str
    """Which, e.g. `output 'rows' of component 'load'`."""
    reason: str

    def message(self) -> str:
        return f"{self.where} could not be saved: {self.reason}"


@dataclass(kw_only=True, eq=False)
class NoRoom(InfraError, OSError):
    """The disk did not take what the task wrote."""

    code: ClassVar[str] = "LAU015"
    path: str
    reason: str

    def message(self) -> str:
        return f"{self.path!r} could not be written: {self.reason}"

    def hint(self) -> str:
        return "make room on that disk, or choose another home with `--home`"


@dataclass(kw_only=True, eq=False)
class LauncherBroke(InfraError, RuntimeError):
    """Penstock's own code failed around the author's."""

    code: ClassVar[str] = "LAU016"
    exception: str
    text: str

    def message(self) -> str:
        return f"the launcher itself failed: {self.exception}: {self.text}"

    def hint(self) -> str:
        return "this is a mistake in Penstock: please report it with the traceback"


@dataclass(kw_only=True, eq=False)
class AnnotationUnresolved(UserError, NameError):
    """An annotation of the component names something that is not there at run time."""

    code: ClassVar[str] = "LAU017"
    component: str
    reason: str

    def message(self) -> str:
        return f"the annotations of component {self.component!r} cannot be resolved: {self.reason}"

    def hint(self) -> str:
        return "import the type at the top of the module, outside of `if TYPE_CHECKING:`"


@dataclass(kw_only=True, eq=False)
class InputChanged(UserError, PermissionError):
    """The component has written to an input, which belongs to other tasks as well."""

    code: ClassVar[str] = "LAU018"
    component: str
    inputs: list[str]

    def message(self) -> str:
        return f"component {self.component!r} has changed its input {', '.join(map(repr, self.inputs))} in place"

    def hint(self) -> str:
        return (
            "work on a copy (`shutil.copy`); what it changed was taken out of the store,"
            " and `penstock runs retry --from` the task that made it makes it again"
        )


@dataclass(kw_only=True, eq=False)
class OutputUnreadable(TaskError, ValueError):
    """Foreign code left a file that does not hold what it should."""

    code: ClassVar[str] = "LAU019"
    where: str
    """Which, e.g. `output 'count' of component 'comp-tally'`."""
    reason: str

    def message(self) -> str:
        return f"{self.where} could not be read: {self.reason}"

    def hint(self) -> str:
        return "a file for an output parameter holds its value alone, as text, or as JSON for a list or an object"


@dataclass(kw_only=True, eq=False)
class OutputsMissing(TaskError, LookupError):
    """Foreign code ended well, but left no value for a parameter that it declares."""

    code: ClassVar[str] = "LAU020"
    component: str
    outputs: list[str]

    def message(self) -> str:
        return f"component {self.component!r} left no value for its output {', '.join(map(repr, self.outputs))}"

    def hint(self) -> str:
        return "return it, or write it to its output file, on every path through the code; None is no value"


@dataclass(kw_only=True, eq=False)
class SdkUnusable(UserError, ImportError):
    """The version of Kubeflow's SDK that a component asks for cannot be imported."""

    code: ClassVar[str] = "LAU021"
    version: str
    exception: str
    text: str

    def message(self) -> str:
        return f"kfp {self.version or '(unknown)'} does not work here: {self.exception}: {self.text}"

    def hint(self) -> str:
        return "`penstock run --kfp VERSION` runs the lightweight components of a pipeline with another one"


def missing_module_advice(module: str) -> str:
    """What to do when a module is not there."""
    top = module.partition(".")[0]
    return f"install {top!r} where the task runs, or name its package in the component's `requirements=`"
