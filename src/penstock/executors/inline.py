"""The inline executor: each attempt in the caller's own thread and process, for a debugger and for unit tests."""

import contextlib
import itertools
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from penstock.artifacts.opening import open_artifact_store
from penstock.core.errors import PenstockError
from penstock.core.masking import mask_text
from penstock.engine.executor import AttemptKey, Canceled, Failed, Outcome, Report, Succeeded, WorkOrder
from penstock.executors.components import Component, Components, variables
from penstock.executors.errors import FoldersRefused, NotInline, WorkingFolderGone
from penstock.executors.postmortem import debug
from penstock.ir.manifest import LAUNCHER_MODULE
from penstock.ir.runtime import ExecutorOutput, TaskFailure
from penstock.ir.spec import ContainerSpec
from penstock.launcher.failures import describe, failure_of
from penstock.launcher.modules import find_component
from penstock.launcher.originals import ApartModules, original_module
from penstock.launcher.task import run_task
from penstock.metadata.records import Usage


class InlineExecutor:
    """Runs each attempt at once, inside of `start`.

    There is no isolation: no limits, no environment of a component's own, no protection from a crash. In exchange,
    breakpoints hit: where this process has imported the author's module and its files are those of the run, that
    very module is called.
    """

    def __init__(
        self,
        home: Path,
        artifacts_url: str,
        *,
        pdb: bool = False,
        nearby: Callable[[WorkOrder], Mapping[str, str]] = lambda _order: {},
    ) -> None:
        """Prepare.

        Args:
            home: Folder for unpacked code.
            artifacts_url: The artifact store, as `open_artifact_store` takes it.
            pdb: Open a debugger where a component raises.
            nearby: Variables for what is on this machine: the endpoint of this process.
        """
        self._components = Components(home / "code")
        self._store = open_artifact_store(artifacts_url, cache=home / "cache")
        self._apart = ApartModules()
        self._pdb = pdb
        self._nearby = nearby

    def start(self, order: WorkOrder, report: Report) -> None:
        """See `Executor.start`. Returns when the attempt is over.

        Raises:
            KeyboardInterrupt: Ctrl-C, while the component ran. The attempt was reported as canceled.
        """
        began, cpu = time.monotonic(), time.process_time()
        code_folder = ""
        try:
            _refuse_folders(order)
            component = self._read(order.container)
            folder = self._components.folder(component)
            code_folder = str(folder)
            with _tee(order.log, order.grants.secrets), _in_folder(order.cwd), _environment(order, self._nearby(order)):
                output = self._run(component, folder, order)
            own = bool(component.manifest.requirements)  # it asks for an environment that this is not
            outcome: Outcome = Succeeded(output=output, usage=_usage(began, cpu), reusable=not own)
        except KeyboardInterrupt:
            report(order.key, Canceled(usage=_usage(began, cpu)))
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the attempt's failure
            outcome = Failed(failure=describe(error, code_folder), usage=_usage(began, cpu))
        report(order.key, outcome)

    def cancel(self, key: AttemptKey, *, force: bool = False) -> None:
        """Nothing: whoever could call this is busy running the attempt. Ctrl-C ends it."""

    def warm(self, containers: list[ContainerSpec]) -> None:
        """Nothing: this process is as warm as it is."""

    def refuse(self, container: ContainerSpec) -> TaskFailure | None:
        """See `Executor.refuse`."""
        try:
            self._read(container)
        except PenstockError as error:
            return failure_of(error)
        return None

    def lock(self, container: ContainerSpec, *, refresh: bool = False) -> dict[str, str]:  # noqa: ARG002 - there is none
        """See `Executor.lock`: this process is the only environment there is."""
        return {}

    def close(self) -> None:
        """Nothing is held."""

    def _read(self, container: ContainerSpec) -> Component:
        if LAUNCHER_MODULE not in container.command:
            raise NotInline(what=_in_words(container))
        return self._components.read(container)

    def _run(self, component: Component, folder: Path, order: WorkOrder) -> ExecutorOutput:
        manifest = component.manifest
        original = original_module(manifest.module, folder)
        imported = contextlib.nullcontext(original) if original else self._apart.importing(manifest.module, folder)
        try:
            with imported as module:
                function = find_component(module, manifest.function)
                return run_task(manifest, folder, order.executor_input, self._store, function=function)
        except Exception as error:
            if self._pdb:
                with _untee():
                    debug(error)
            raise


def _in_words(container: ContainerSpec) -> str:
    """What a container is that is no component of Penstock's."""
    for option, value in itertools.pairwise(container.args):
        if option == "--function_to_execute":
            return f"Kubeflow's component {value!r}"
    return f"the command of image {container.image!r}"


def _refuse_folders(order: WorkOrder) -> None:
    """Secrets as files, volumes: this process would find them too, and all that runs in it."""
    if order.grants.mounts:
        reason = "inline, tasks share Penstock's own process"
        raise FoldersRefused(paths=[mount.path for mount in order.grants.mounts], reason=reason)


def _usage(began: float, cpu: float) -> Usage:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Usage(wall_seconds=time.monotonic() - began, cpu_seconds=time.process_time() - cpu, peak_memory=peak)


class _Tee:
    """A text stream that writes to two, without secrets; for all else it is the first."""

    def __init__(self, stream: TextIO, copy: TextIO, secrets: tuple[str, ...]) -> None:
        self.stream = stream
        self._copy = copy
        self._secrets = secrets

    def write(self, text: str) -> int:
        shown = mask_text(text, self._secrets) if self._secrets else text
        self._copy.write(shown)
        self.stream.write(shown)
        return len(text)

    def flush(self) -> None:
        self._copy.flush()
        self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextlib.contextmanager
def _tee(log: Path, secrets: tuple[str, ...]) -> Iterator[None]:
    """Copy what is printed to `log`. What compiled code writes past Python is not seen."""
    with log.open("a", encoding="utf-8", errors="backslashreplace", buffering=1) as file:
        out: Any = _Tee(sys.stdout, file, secrets)
        err: Any = _Tee(sys.stderr, file, secrets)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            yield


@contextlib.contextmanager
def _untee() -> Iterator[None]:
    """The streams that `_tee` copies from, for a debugger: line editing needs the terminal itself."""
    out, err = (stream.stream if isinstance(stream, _Tee) else stream for stream in (sys.stdout, sys.stderr))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield


@contextlib.contextmanager
def _in_folder(cwd: Path) -> Iterator[None]:
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(cwd)
    except OSError as error:
        os.close(before)
        raise WorkingFolderGone(folder=str(cwd), reason=error.strerror or str(error)) from None
    try:
        yield
    finally:
        os.fchdir(before)
        os.close(before)


@contextlib.contextmanager
def _environment(order: WorkOrder, nearby: Mapping[str, str]) -> Iterator[None]:
    given = {**order.surroundings, **nearby, **variables(order), **order.grants.environ}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
