"""The process executor: an `Executor` whose attempts are forked processes."""

import itertools
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from penstock.artifacts.local import Durability
from penstock.core.errors import PenstockError
from penstock.engine.executor import AttemptKey, Failed, Limits, Outcome, Report, Succeeded, WorkOrder
from penstock.environments import Environment, Environments, Packages
from penstock.executors.components import variables
from penstock.executors.errors import CallFailed, CannotRunContainer, SystemUnsupported, WorkerLost
from penstock.executors.process.forms import KfpComponent, PenstockComponent, TaskForm, VolumeTask
from penstock.executors.process.forms.kfp import lifted
from penstock.executors.process.host import Done, ZygoteHost
from penstock.executors.process.messages import Assignment, Ended, Folder, Start, pack_assignment
from penstock.executors.process.outcome import (
    FAILURE_FILE,
    ended_by_itself,
    ended_by_us,
    read_failure,
    read_outcome,
    read_tail,
)
from penstock.ir.runtime import TaskFailure
from penstock.ir.spec import ContainerSpec
from penstock.launcher.failures import describe, failure_of
from penstock.metadata.records import Usage


class ProcessExecutor:
    """Runs each attempt in a forked process of its own, from a warm zygote for each environment.

    An attempt has its own process group, working folder and log. It may hold as much memory and take as much time as
    its limits say; when it ends, however it ends, every process that it started is ended too. Nothing outlives
    `close`, nor the engine's process, should that be killed.
    """

    def __init__(
        self,
        home: Path,
        artifacts_url: str,
        *,
        python: Path | None = None,
        grace: float = 5.0,
        durability: Durability = "full",
        faults: tuple[str, ...] = (),
        nearby: Callable[[WorkOrder], Mapping[str, str]] = lambda _order: {},
    ) -> None:
        """Prepare; no process is started yet.

        Args:
            home: Folder for unpacked code and environments.
            artifacts_url: The artifact store, as `open_artifact_store` takes it.
            python: Interpreter for tasks without requirements of their own; this one by default.
            grace: Seconds between asking an attempt to end (SIGTERM) and killing it.
            durability: Of a local artifact store: whether a stored artifact survives a power cut.
            faults: For tests: fault points that a worker is to die at.
            nearby: Variables for what a process of this machine can reach: the endpoint of the engine's process.

        Raises:
            SystemUnsupported: This is not Linux.
        """
        if sys.platform != "linux":
            raise SystemUnsupported(system=sys.platform)
        self._grace = grace
        self._faults = faults
        self._nearby = nearby
        self._environments = Environments(home / "environments", python=python, artifacts=artifacts_url)
        self._forms: tuple[TaskForm, ...] = (
            PenstockComponent(home / "code", artifacts_url, home / "cache", durability),
            KfpComponent(artifacts_url, home / "cache", durability),
            VolumeTask(home / "volumes"),
        )
        self._lock = threading.Lock()
        self._hosts: dict[Environment, ZygoteHost] = {}
        self._preloads: dict[Environment, dict[str, None]] = {}
        self._running: dict[AttemptKey, tuple[ZygoteHost, int]] = {}
        self._numbers = itertools.count(1)
        self._closed = False

    # --- the Executor protocol --------------------------------------------------------------------------

    def start(self, order: WorkOrder, report: Report) -> None:
        """See `Executor.start`."""
        try:
            form = self._form(order.container)
        except PenstockError as error:
            report(order.key, Failed(failure=failure_of(error), usage=Usage()))
            return
        self.run(order, report, form)

    def knows(self, container: ContainerSpec) -> bool:
        """Whether `container` has one of the forms that this executor runs by itself: code that is made for it."""
        return any(form.matches(container) for form in self._forms)

    def run(self, order: WorkOrder, report: Report, form: TaskForm) -> None:
        """As `start`, in a form that the caller has chosen; it need not be one of those that this executor knows."""
        failure = order.folder / FAILURE_FILE

        def done(end: Ended | PenstockError) -> None:
            with self._lock:
                self._running.pop(order.key, None)
            report(order.key, _outcome(end, order, failure, reusable=call.reusable))

        try:
            needs = form.needs(order.container)
            call = form.call(order)
            assignment = Assignment(
                function=call.function,
                cwd=str(order.cwd),
                environ={**order.surroundings, **self._nearby(order), **variables(order), **order.grants.environ},
                folders=[Folder(path=one.path, source=one.source, files=one.files) for one in order.grants.mounts],
                memory=order.limits.memory,
                failure=str(failure),
                code_folder=call.code_folder,
                faults=self._faults,
            )
            job = self._job(order.log, needs.imports, order.limits, order.grants.secrets)
            environment = Environment.of(needs.packages, order.environment or self._environments.known(needs.packages))
            self._submit(environment, job, assignment, call.payload, done, order.key)
        except Exception as error:  # noqa: BLE001 - the protocol: whatever goes wrong is reported
            report(order.key, Failed(failure=describe(error), usage=Usage()))

    def cancel(self, key: AttemptKey, *, force: bool = False) -> None:
        """See `Executor.cancel`."""
        with self._lock:
            found = self._running.get(key)
        if found is not None:
            host, job = found
            host.cancel(job, force=force)

    def warm(self, containers: Sequence[ContainerSpec], *, kfp: str = "") -> None:
        """See `Executor.warm`. Starts a zygote for each environment, and has it import what its tasks import.

        Args:
            containers: What may come.
            kfp: As for `lock`.
        """
        modules: dict[Environment, list[str]] = {}
        for container in containers:
            try:
                needs = self._form(container).needs(container)
                packages = self._packages(container, kfp)
            except PenstockError:
                continue  # `start` will say so
            environment = Environment.of(packages, self._environments.known(packages))
            modules.setdefault(environment, []).extend(needs.imports)
        for environment, names in modules.items():
            self._preload(environment, names)

    def refuse(self, container: ContainerSpec) -> TaskFailure | None:
        """See `Executor.refuse`."""
        try:
            self._form(container).needs(container)
        except PenstockError as error:
            return failure_of(error)
        return None

    def lock(self, container: ContainerSpec, *, refresh: bool = False, kfp: str = "") -> dict[str, str]:
        """See `Executor.lock`.

        Args:
            container: One of a form that this executor knows.
            refresh: Whatever was found before.
            kfp: The version of Kubeflow's SDK for its lightweight components, if not the one that they ask for.
        """
        return self._environments.lock(self._packages(container, kfp), refresh=refresh)

    def close(self) -> None:
        """See `Executor.close`."""
        with self._lock:
            self._closed = True
            hosts, self._hosts = list(self._hosts.values()), {}
        self._environments.close()
        for host in hosts:
            host.close()

    def preload(self, modules: Sequence[str]) -> None:
        """Start a worker for the environment that Penstock runs in, and have it import `modules`. Returns at once."""
        self._preload(Environment(), modules)

    # --- other work -------------------------------------------------------------------------------------

    def call(self, function: str, payload: bytes, *, cwd: Path, preload: Sequence[str] = ()) -> bytes:
        """Call `function` (`module:name`, bytes to bytes) in a child of the zygote, and wait for what it returns.

        Raises:
            CallFailed: It raised, or its process died, which is then the cause; with what it printed last.
            InfraError: No worker could be started, or it went away.
        """
        folder = Path(tempfile.mkdtemp(prefix="penstock-call-"))
        ended: list[Ended | PenstockError] = []
        finished = threading.Event()

        def done(end: Ended | PenstockError) -> None:
            ended.append(end)
            finished.set()

        try:
            result, failure, log = folder / "result", folder / FAILURE_FILE, folder / "log"
            assignment = Assignment(function=function, cwd=str(cwd), result=str(result), failure=str(failure))
            self._submit(Environment(), self._job(log, preload, Limits()), assignment, payload, done)
            finished.wait()
            return _returned(function, ended[0], result, failure, log)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    # --- zygotes ----------------------------------------------------------------------------------------

    def _packages(self, container: ContainerSpec, kfp: str) -> Packages:
        form = self._form(container)
        packages = form.needs(container).packages
        return lifted(packages, kfp) if isinstance(form, KfpComponent) else packages

    def _form(self, container: ContainerSpec) -> TaskForm:
        for form in self._forms:
            if form.matches(container):
                return form
        raise CannotRunContainer(image=container.image, command=" ".join(container.command)[:200])

    def _job(self, log: Path, imports: Sequence[str], limits: Limits, secrets: tuple[str, ...] = ()) -> Start:
        return Start(
            job=next(self._numbers),
            imports=list(imports),
            log=str(log),
            memory=limits.memory,
            timeout=limits.timeout,
            grace=self._grace,
            secrets=secrets,
        )

    def _submit(
        self,
        environment: Environment,
        job: Start,
        assignment: Assignment,
        payload: bytes,
        done: Done,
        key: AttemptKey | None = None,
    ) -> None:
        while True:
            with self._lock:
                host = self._host(environment)
                if host is not None and key is not None:
                    self._running[key] = (host, job.job)
            if host is None:
                done(Ended(job=job.job, reason="canceled"))
                return
            now = msgspec.structs.replace(assignment, environ=_changes_since(host.environ) | assignment.environ)
            if host.start(job, pack_assignment(now, payload), done):
                return
            with self._lock:  # its zygote has died meanwhile: another one
                if self._hosts.get(environment) is host:
                    del self._hosts[environment]

    def _host(self, environment: Environment) -> ZygoteHost | None:
        """The host for an environment, started now if there is none; None after `close`. Called with the lock held."""
        if self._closed:
            return None
        host = self._hosts.get(environment)
        if host is None:
            host = self._hosts[environment] = ZygoteHost(
                str(environment) or "default", lambda: self._environments.python(environment), kept=bool(environment)
            )
            host.preload(list(self._preloads.get(environment, ())))
        return host

    def _preload(self, environment: Environment, modules: Iterable[str]) -> None:
        """Start the zygote of an environment if there is none, and have it import what it has not yet."""
        with self._lock:
            known = self._preloads.setdefault(environment, {})
            fresh = [name for name in modules if name not in known]
            if not fresh and environment in self._hosts:
                return
            known.update(dict.fromkeys(fresh))
            had_host = environment in self._hosts
            host = self._host(environment)
            if host is not None and had_host:
                host.preload(fresh)


def _changes_since(before: dict[str, str]) -> dict[str, str | None]:
    """What became of the environment since a zygote was started: in a notebook it changes from cell to cell."""
    now = os.environ.copy()
    if now == before:
        return {}
    changes: dict[str, str | None] = {name: value for name, value in now.items() if before.get(name) != value}
    return changes | dict.fromkeys(before.keys() - now.keys())


def _outcome(end: Ended | PenstockError, order: WorkOrder, failure: Path, *, reusable: bool) -> Outcome:
    if isinstance(end, PenstockError):
        return Failed(failure=failure_of(end), usage=Usage())
    output = Path(order.executor_input.outputs.output_file)
    outcome = read_outcome(end, output=output, failure=failure, log=order.log, limits=order.limits)
    if isinstance(outcome, Succeeded) and not reusable:
        return msgspec.structs.replace(outcome, reusable=False)
    return outcome


def _returned(function: str, end: Ended | PenstockError, result: Path, failure: Path, log: Path) -> bytes:
    if isinstance(end, PenstockError):
        raise end
    if end.reason == "canceled":
        raise WorkerLost(reason="the executor was closed")
    if end.status == 0 and not end.reason:
        return result.read_bytes()
    printed = read_tail(log).decode(errors="replace").strip()
    told = read_failure(end, failure)
    if told is not None:
        reason = f"{told.message}\n{told.traceback}".strip()
        raise CallFailed(function=function, reason=reason, output=printed)
    error = ended_by_us(end, Limits()) or ended_by_itself(end)
    raise CallFailed(function=function, reason=error.message(), output=printed) from error
