"""Finding the pipeline that a person names: `file.py`, `file.py:pipeline` or `package.module:pipeline`."""

import ast
import importlib
import importlib.util
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from penstock.compiler.code.project import Project, find_root
from penstock.compiler.errors import (
    CompilationFailed,
    ImportFailed,
    NoPipeline,
    PipelineNotFound,
    SeveralPipelines,
    TargetIsFolder,
    TargetMalformed,
    TargetNotFound,
    TargetUnreadable,
)
from penstock.compiler.kubeflow import (
    KubeflowMissing,
    KubeflowPipeline,
    advice_on,
    as_kubeflow,
    is_kubeflow_module,
    kubeflow_in,
)
from penstock.compiler.tracebacks import author_frames, format_frames, said_by
from penstock.core.errors import PenstockError
from penstock.dsl.diagnostics import Code, Diagnostic
from penstock.dsl.pipeline import Pipeline
from penstock.dsl.places import Place
from penstock.dsl.running import only_importing

_LONGEST_LINE = 200
"""Characters of a line that are shown; a file of data that was named by mistake may be one line."""

_TAKEN = {
    "penstock": "a module of that name hides Penstock itself",
    "__main__": "Python has another use for that name",
}
"""Names that no pipeline's module can have."""


AnyPipeline = Pipeline[Any, Any] | KubeflowPipeline
"""What `@pipeline` made: Penstock's, or Kubeflow's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A pipeline that was found, and the project that it belongs to."""

    pipeline: AnyPipeline
    root: Path
    shown: str
    """For people: `examples/taxi/pipeline.py:taxi`."""


def load_target(target: str, cwd: Path) -> AnyPipeline:
    """Import and return the pipeline that `target` names. See `find_target`."""
    return find_target(target, cwd).pipeline


def find_target(target: str, cwd: Path) -> Target:
    """Import the module that `target` names, and find the pipeline in it.

    The module's own folder, the project's root (the nearest folder with a `pyproject.toml`) and the root's `src` are
    put first on Python's search path, and stay there.

    Args:
        target: `file.py`, `file.py:pipeline` or `package.module:pipeline`. The name may be left out if there is
            one pipeline. It may be one that `kfp.dsl` made; in a module without pipelines also a component
            that `kfp.dsl` made.
        cwd: What relative paths start from.

    Raises:
        UserError: There is no such file, module or pipeline; or it cannot be imported.
    """
    place, name = _split(target)
    if place.endswith(".py") or "/" in place or os.path.lexists(cwd / place):
        file = _checked_file(cwd / place, target)
        root = find_root(file.parent)
        module = _import_file(file, root, target)
    else:
        root = find_root(cwd)
        module = _import_module(place, root, cwd, target)
    known_as, chosen = _choose(module, name, place)
    return Target(pipeline=chosen, root=root, shown=f"{place}:{known_as}")


def _split(target: str) -> tuple[str, str]:
    place, colon, name = target.rpartition(":")
    return (place, name) if colon else (target, "")


# --- files ------------------------------------------------------------------------------------------------


def _checked_file(file: Path, target: str) -> Path:
    """The file, if it can hold a pipeline."""
    try:
        is_folder, exists = file.is_dir(), file.exists()
        source = file.read_bytes() if file.is_file() else None
        beside = sorted(one.name for one in (file if is_folder else file.parent).glob("*.py") if one.exists())
    except OSError as error:
        raise TargetUnreadable(path=str(file), reason=error.strerror or str(error)) from None
    if is_folder:
        raise TargetIsFolder(path=str(file), files=beside[:5])
    if not exists:
        raise TargetNotFound(target=target, looked_for=str(file), near=beside)
    if file.suffix != ".py":
        raise TargetMalformed(target=target, reason=f"'{file.name}' is no Python file")
    if source is None:
        raise TargetUnreadable(path=str(file), reason="it is neither a file nor a folder")
    if "." in file.stem:
        raise TargetMalformed(target=target, reason=f"'{file.name}' cannot be imported, as its name has a dot in it")
    _check_syntax(source, file)
    return file.resolve()


def _check_syntax(source: bytes, file: Path) -> None:
    try:
        tree = ast.parse(source, filename=str(file))
    except (SyntaxError, ValueError) as error:
        raise _syntax_error(error, file) from None
    except (RecursionError, MemoryError):  # what Python's parser says of an expression without end
        raise _syntax_error(ValueError("it is nested too deeply"), file) from None
    if not tree.body:
        raise NoPipeline(place=str(file), is_empty=True)


def _syntax_error(error: SyntaxError | ValueError, file: Path) -> CompilationFailed:
    line = error.lineno or 1 if isinstance(error, SyntaxError) else 1
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    details = (error.text or "").rstrip()[:_LONGEST_LINE] if isinstance(error, SyntaxError) else ""
    where = error.filename if isinstance(error, SyntaxError) and error.filename else str(file)
    problem = Diagnostic(
        code=Code.SYNTAX_ERROR,
        message=f"this is not Python: {text}",
        hint="correct the line; the mistake may be just before it",
        place=Place(where, line),
        details=details,
    )
    return CompilationFailed(diagnostics=[problem])


# --- importing --------------------------------------------------------------------------------------------


def _import_file(file: Path, root: Path, target: str) -> ModuleType:
    name = Project(root).name_of(file)
    if name in _TAKEN:
        raise TargetMalformed(target=target, reason=f"{_TAKEN[name]}; give the file another name")
    base = file.parent
    for _ in name.split(".")[1:] if file.name != "__init__.py" else name.split("."):
        base = base.parent
    _put_on_path(base, root)
    loaded = sys.modules.get(name)
    if loaded is not None and not _is_from(loaded, file):
        for other in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
            del sys.modules[other]
    return _import(name, target)


def _import_module(name: str, root: Path, cwd: Path, target: str) -> ModuleType:
    near = sorted(one.name for one in cwd.glob("*.py"))
    if not all(part.isidentifier() for part in name.split(".")):
        raise TargetNotFound(target=target, looked_for=str(cwd / name), near=near)
    _put_on_path(cwd.resolve(), root)
    top = name.partition(".")[0]
    try:
        found = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        found = None
    if found is None:
        raise TargetNotFound(target=target, looked_for=f"a module `{name}`", near=near)
    return _import(name, target)


def _put_on_path(base: Path, root: Path) -> None:
    """Make the author's folders the first that Python looks in, the module's own before the project's."""
    for folder in (root / "src", root, base):
        text = str(folder)
        if folder.is_dir() and (text not in sys.path or folder == base):
            if text in sys.path:
                sys.path.remove(text)
            sys.path.insert(0, text)
    importlib.invalidate_caches()


def _is_from(module: ModuleType, file: Path) -> bool:
    loaded = getattr(module, "__file__", None)
    return isinstance(loaded, str) and Path(loaded).resolve() == file


def _import(name: str, target: str) -> ModuleType:
    try:
        with only_importing():
            return importlib.import_module(name)
    except SyntaxError as error:
        raise _syntax_error(error, Path(name)) from None
    except PenstockError as error:
        raise _as_diagnostic(error) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the author's module may raise anything
        frames = author_frames(error)
        missing = _missing(error)
        if is_kubeflow_module(missing):
            raise KubeflowMissing(target=target, module=missing) from None
        raise ImportFailed(
            target=target,
            exception=type(error).__name__,
            text=said_by(error),
            missing=missing,
            advice=advice_on(error),
            traceback=format_frames(frames),
        ) from None


def _missing(error: BaseException) -> str:
    """The module that was not found, if that is what happened."""
    if isinstance(error, ModuleNotFoundError):
        return error.name or ""
    if isinstance(error, ImportError) and error.name == "kfp" and "'kubernetes'" in str(error):
        return "kfp.kubernetes"  # a distribution of its own
    return ""


def _as_diagnostic(error: PenstockError) -> PenstockError:
    """A mistake in the use of penstock itself, at the author's line."""
    frames = author_frames(error)
    if not frames or error.code not in set(Code):
        return error
    place = Place(frames[-1].filename, frames[-1].lineno or 0)
    problem = Diagnostic(code=Code(error.code), message=error.message(), hint=error.hint() or "", place=place)
    return CompilationFailed(diagnostics=[problem])


# --- choosing ---------------------------------------------------------------------------------------------


def _choose(module: ModuleType, name: str, place: str) -> tuple[str, AnyPipeline]:
    """The pipeline, and what it is called."""
    ours = {key: value for key, value in vars(module).items() if isinstance(value, Pipeline)}
    if name:
        value = vars(module).get(name)
        named = value if isinstance(value, Pipeline) else as_kubeflow(value)
        if named is None:
            kind = "" if value is None else f"a {type(value).__name__.lower()}"
            raise PipelineNotFound(place=place, name=name, is_a=kind, known=sorted({**ours, **kubeflow_in(module)}))
        return _called(named, name), named
    found: dict[str, AnyPipeline] = {**ours, **kubeflow_in(module)}
    if ours:
        found = {key: one for key, one in found.items() if isinstance(one, Pipeline) or one.is_whole}
    own = {key: one for key, one in found.items() if _is_own(one, module)} or found
    if not own:
        raise NoPipeline(place=place, is_empty=False)
    distinct = {id(_original(one)): key for key, one in own.items()}
    if len(distinct) > 1:
        raise SeveralPipelines(place=place, names=list(distinct.values()), are=_kind(own))
    key, chosen = next(iter(own.items()))
    return _called(chosen, key), chosen


def _called(pipeline: AnyPipeline, name: str) -> str:
    return pipeline.function.__name__ if isinstance(pipeline, Pipeline) else name


def _is_own(pipeline: AnyPipeline, module: ModuleType) -> bool:
    if isinstance(pipeline, Pipeline):
        return pipeline.function.__module__ == module.__name__
    return pipeline.module in ("", module.__name__)


def _original(pipeline: AnyPipeline) -> object:
    return pipeline if isinstance(pipeline, Pipeline) else pipeline.made


def _kind(found: Mapping[str, AnyPipeline]) -> str:
    whole = any(isinstance(one, Pipeline) or one.is_whole for one in found.values())
    return "pipelines" if whole else "components of Kubeflow's, and no pipeline"
