"""Pipelines that a Python file makes with `kfp.dsl`: recognised, compiled by the installed `kfp`, and taken over.

Nothing here imports `kfp`: if the author's module made such an object, it is loaded.
"""

import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from traceback import walk_tb
from types import ModuleType
from typing import Any, ClassVar

from penstock.compiler.code.project import Project
from penstock.compiler.compilation import Compilation
from penstock.compiler.tracebacks import author_frames, format_frames, said_by
from penstock.core.errors import PenstockError, UserError
from penstock.ir.document import read_document

_BASE = "kfp.dsl.base_component"
_FUNCTIONS = ("pipeline_func", "python_func")
"""Where the objects of `kfp` keep the author's function."""


@dataclass(kw_only=True, eq=False)
class KubeflowMissing(UserError, ImportError):
    """A file uses `kfp`, or a part of it, and that is not installed."""

    code: ClassVar[str] = "CMP080"
    target: str
    module: str
    """What was not found, e.g. `kfp` or `kfp.kubernetes`."""

    def message(self) -> str:
        return f"'{self.target}' is written for Kubeflow, and `{self.module}` is not installed"

    def hint(self) -> str:
        if self.module == "kfp":
            return "install it: `pip install 'penstock[kfp]'`"
        return f"install it: `pip install {self.module.replace('.', '-')}`"


@dataclass(kw_only=True, eq=False)
class KubeflowRefused(UserError, ValueError):
    """The `kfp` SDK did not compile a pipeline or component that it made."""

    code: ClassVar[str] = "CMP081"
    name: str
    version: str
    exception: str
    text: str
    traceback: str = ""
    """The frames of the author and of `kfp`, as Python prints them."""

    def message(self) -> str:
        said = f": {self.text}" if self.text else ""
        return f"kfp {self.version} cannot compile '{self.name}': {self.exception}{said}"

    def hint(self) -> str:
        return "correct the pipeline as `kfp` says; `kfp dsl compile` refuses it as well"

    def __str__(self) -> str:
        lines = [f"  | {line}" for line in self.traceback.rstrip().splitlines()]
        return "\n".join([super().__str__(), *lines])


@dataclass(frozen=True, slots=True)
class KubeflowPipeline:
    """A pipeline, or a component alone, that `kfp.dsl` made."""

    made: Any
    """What `kfp` calls a `BaseComponent`."""

    @property
    def name(self) -> str:
        return str(self.made.name)

    @property
    def is_whole(self) -> bool:
        """Whether it is a pipeline, and no component alone."""
        return type(self.made).__name__ == "GraphComponent"

    @property
    def module(self) -> str:
        """The module that it was written in; empty where it was loaded from a file."""
        for attribute in _FUNCTIONS:
            function = getattr(self.made, attribute, None)
            if function is not None:
                return str(getattr(function, "__module__", ""))
        return ""


def as_kubeflow(value: object) -> KubeflowPipeline | None:
    """`value` as a pipeline of Kubeflow's, if it is one."""
    base = getattr(sys.modules.get(_BASE), "BaseComponent", None)
    return KubeflowPipeline(value) if base is not None and isinstance(value, base) else None


def kubeflow_in(module: ModuleType) -> dict[str, KubeflowPipeline]:
    """What a module offers by name: its pipelines; where it has none, its components."""
    found = {name: one for name, value in vars(module).items() if (one := as_kubeflow(value)) is not None}
    own = {name: one for name, one in found.items() if one.module in ("", module.__name__)} or found
    return {name: one for name, one in own.items() if one.is_whole} or own


def is_kubeflow_module(name: str) -> bool:
    """Whether a module that was not found is `kfp` itself or belongs to it."""
    return name == "kfp" or name.startswith("kfp.")


def advice_on(error: BaseException) -> str:
    """What to do about an error that `kfp` raised in the author's module, or over what it was asked for."""
    version = getattr(sys.modules.get("kfp"), "__version__", "")
    if isinstance(error, ImportError) and is_kubeflow_module(error.name or ""):
        return f"kfp {version} does not have that: the file may be written for another release, or for version 1"
    raised_in = [str(frame.f_globals.get("__name__", "")) for frame, _ in walk_tb(error.__traceback__)][-1:]
    if any(name.startswith("kfp.") for name in raised_in):
        return f"correct the component or pipeline that this line makes: kfp {version} does not take it"
    return ""


def compile_kubeflow(pipeline: KubeflowPipeline, *, project_root: Path) -> Compilation:
    """Compile with the installed `kfp`; its platform specification comes along.

    Raises:
        KubeflowRefused: `kfp` raised.
        UserError: What `kfp` wrote is no pipeline that can run.
    """
    project = Project(project_root)
    with tempfile.TemporaryDirectory(prefix="penstock-kfp-") as folder:
        file = Path(folder, "pipeline.yaml")
        _write(pipeline, file)
        document = read_document(file, name=f"what kfp made of '{pipeline.name}'")
    return Compilation(document=document, sources=project.loaded())


def _write(pipeline: KubeflowPipeline, file: Path) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of kfp's own future, and nothing that the author could change here
            from kfp import __version__ as version
            from kfp.compiler import Compiler

            Compiler().compile(pipeline.made, str(file))
    except PenstockError:
        raise
    except Exception as error:  # noqa: BLE001 - kfp raises what it likes
        raise KubeflowRefused(
            name=pipeline.name,
            version=version,
            exception=type(error).__name__,
            text=said_by(error),
            traceback=format_frames(author_frames(error)),
        ) from None
