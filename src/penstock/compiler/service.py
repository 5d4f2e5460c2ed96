"""Compiling as a call with bytes in and bytes out, for a process of its own.

The author's modules are imported by compiling, and what a module does at import cannot be undone. So the
command line compiles in a worker process, and keeps the reply with what it depends on.
"""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

import penstock
from penstock.compiler.code.distributions import environment_of
from penstock.compiler.code.project import Project, is_local
from penstock.compiler.code.varying import Varies, how_it_varies
from penstock.compiler.compilation import Compilation, compile_pipeline
from penstock.compiler.errors import CompilationFailed, CompilationRefused
from penstock.compiler.kubeflow import KubeflowPipeline, compile_kubeflow
from penstock.compiler.targets import AnyPipeline, Target, find_target
from penstock.compiler.tracebacks import said_by
from penstock.compiler.watching import opened_files
from penstock.core.errors import UserError
from penstock.core.witness import MODULES, digest_of
from penstock.ir.document import canonical_json
from penstock.ir.manifest import read_manifest
from penstock.ir.spec import PipelineDocument

_MACHINE = ("/dev/", "/etc/", "/lib/", "/proc/", "/sys/", "/usr/")
_PYTHON = tuple(f"{folder}{os.sep}" for folder in (sys.prefix, sys.base_prefix, Path(penstock.__file__).parent))


class CompileRequest(Struct, frozen=True, kw_only=True):
    """What to compile."""

    target: str
    """`file.py`, `file.py:pipeline` or `package.module:pipeline`."""
    cwd: str
    """The folder that relative paths start from, and are shown relative to."""


class CompileFailure(Struct, frozen=True, kw_only=True):
    """Why nothing was compiled, ready to be shown."""

    code: str
    text: str
    """Every mistake, each with its place and hint."""


class CompileReply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came out. Exactly one of `document` and `failure` is there."""

    document: msgspec.Raw = msgspec.Raw()
    """The compiled pipeline in its canonical form: JSON; empty where there is none."""
    failure: CompileFailure | None = None
    source: str = ""
    """What was compiled, for people: `examples/taxi/pipeline.py:taxi`."""
    files: dict[str, str] = field(default_factory=dict)
    """What each of the project's files that were read held, by `digest_of`; nothing, where one was not there.

    While all are as they were, so is the document.
    """
    environment: dict[str, str] = field(default_factory=dict)
    """Python and the installed packages that the document names, with their versions."""
    varies: Varies = Varies.NOT
    """Whether the document may be another one although all files are as they were."""

    def raise_failure(self) -> None:
        """Raise `CompilationRefused` if there is a failure."""
        if self.failure is not None:
            raise CompilationRefused(reason_code=self.failure.code, text=self.failure.text)


def compile_target(request: bytes) -> bytes:
    """Compile what a `CompileRequest` (JSON) asks for; the `CompileReply` as JSON.

    Mistakes of the author are part of the reply. Anything that is raised is a fault of this program.
    """
    # Python takes compiled bytes for those of a source of the same size and second: an author who changes a digit in a
    # file that has just been run would have the old one run again. So none are left beside the author's files.
    sys.dont_write_bytecode = True
    asked = msgspec.json.decode(request, type=CompileRequest)
    return msgspec.json.encode(compile_named(asked.target, Path(asked.cwd)))


def compile_named(target: str, cwd: Path) -> CompileReply:
    """The same in this process, which imports the author's modules."""
    began = time.time_ns()
    with opened_files() as opened:
        try:
            found = find_target(target, cwd)
            compiled = _compiled(found)
            project = Project(found.root)
        except UserError as error:
            if isinstance(error, CompilationFailed):
                error.folder = cwd
            return CompileReply(failure=CompileFailure(code=error.code, text=said_by(error)))
    files = {*compiled.sources, *(path for path in opened if _may_matter(path, project))}
    return CompileReply(
        document=msgspec.Raw(canonical_json(compiled.document)),
        source=found.shown,
        files={str(path): _unless_changed(path, began) for path in sorted(files)},
        environment=_environment(compiled.document),
        varies=how_it_varies(_function_of(found.pipeline), project),
    )


def _compiled(found: Target) -> Compilation:
    if isinstance(found.pipeline, KubeflowPipeline):
        return compile_kubeflow(found.pipeline, project_root=found.root)
    return compile_pipeline(found.pipeline, project_root=found.root)


def _function_of(pipeline: AnyPipeline) -> Any:
    """The author's function behind a pipeline; None if it has none."""
    if isinstance(pipeline, KubeflowPipeline):
        return getattr(pipeline.made, "pipeline_func", None)
    return pipeline.function


def _may_matter(path: Path, project: Project) -> bool:
    """Whether a file is the project's; or data that lies elsewhere, but for what programs keep there for themselves."""
    if project.is_authors(str(path)):
        return True
    hidden = any(part.startswith(".") for part in path.parts)
    return path.name != MODULES and is_local(str(path)) and not hidden and not str(path).startswith(_MACHINE + _PYTHON)


def _environment(document: PipelineDocument) -> dict[str, str]:
    found: dict[str, str] = environment_of(())
    for executor in document.pipeline.deployment_spec.executors.values():
        manifest = read_manifest(executor.container) if executor.container is not None else None
        found |= manifest.environment if manifest is not None else {}
    return dict(sorted(found.items()))


def _unless_changed(path: Path, began: int) -> str:
    """The digest of what was read; no digest at all of a file that somebody wrote since, which may be another."""
    with suppress(OSError):
        if path.stat().st_mtime_ns > began:
            return "changed"
    return digest_of(path)
