"""The container executor: an `Executor` whose attempts run in containers, each looked after by a worker process."""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from penstock.artifacts.local import Durability
from penstock.core.ids import EngineId
from penstock.engine.executor import AttemptKey, Failed, Grants, Limits, Outcome, Report, Succeeded, WorkOrder
from penstock.engine.lease import is_dead, this_engine
from penstock.executors.command_errors import (
    CommandFailed,
    ContainerKilled,
    ContainerNotStarted,
    NoContainerEngine,
)
from penstock.executors.command_words import in_one_line
from penstock.executors.container.engine import ContainerEngine, NoEngine, Wanted, call, find_engine
from penstock.executors.container.form import InContainer
from penstock.executors.process.executor import ProcessExecutor
from penstock.ir.runtime import TaskFailure
from penstock.ir.spec import ContainerSpec
from penstock.launcher.failures import failure_of
from penstock.metadata.records import Usage

HOME_LABEL = "penstock.home"
ENGINE_LABEL = "penstock.engine"

_LOOK_AGAIN = 10.0
"""Seconds after which an engine that was not there is looked for again: somebody may have started it."""
_OVER = (CommandFailed.code, ContainerNotStarted.code, ContainerKilled.code)
"""How attempts fail whose container is over by itself, and removed."""


class ContainerExecutor:
    """Runs each attempt in a container of its own, by Docker's or Podman's command line.

    The attempt's folder and its input artifacts are mounted under their own paths, so that placeholders mean the same
    inside and outside. Outputs belong to the user who runs Penstock. A container is removed when its attempt is over,
    however that ends; those of a Penstock that was killed are removed by the next one with the same home.
    """

    def __init__(
        self,
        process: ProcessExecutor,
        home: Path,
        artifacts_url: str,
        *,
        engine: Wanted | ContainerEngine = "auto",
        durability: Durability = "full",
    ) -> None:
        """Prepare; no engine is looked for yet.

        Args:
            process: Whose workers look after the containers. Close it first.
            home: Folder of all state; its containers are labelled with it.
            artifacts_url: The artifact store, as `open_artifact_store` takes it.
            engine: Which engine to use: how it is called, or itself.
            durability: Of a local artifact store.
        """
        self._process = process
        self._cache = home / "cache"
        self._home = hashlib.sha256(str(home.resolve()).encode(errors="surrogateescape")).hexdigest()[:16]
        self._artifacts = artifacts_url
        self._wanted: Wanted = engine.name if isinstance(engine, ContainerEngine) else engine
        self._engine = engine if isinstance(engine, ContainerEngine) else NoEngine(reason="")
        self._looked_at = -_LOOK_AGAIN
        self._durability: Durability = durability
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._swept = False

    @property
    def engine(self) -> ContainerEngine | NoEngine:
        """The container engine, looked for when it is first needed; and after a while again, if there was none."""
        now = time.monotonic()
        if isinstance(self._engine, NoEngine) and now - self._looked_at >= _LOOK_AGAIN:
            self._engine, self._looked_at = find_engine(self._wanted), now
        return self._engine

    # --- the Executor protocol --------------------------------------------------------------------------

    def start(self, order: WorkOrder, report: Report) -> None:
        """See `Executor.start`."""
        engine = self.engine
        if isinstance(engine, NoEngine):
            report(order.key, Failed(failure=self._refusal(order.container, engine), usage=Usage()))
            return
        self._sweep(engine)
        name = _name(order.key)
        form = InContainer(
            engine,
            name,
            self._labels(order.key),
            order,
            artifacts=self._artifacts,
            cache=self._cache,
            durability=self._durability,
        )

        def done(key: AttemptKey, outcome: Outcome) -> None:
            if _is_over(outcome):
                report(key, outcome)
            else:
                self._apart(lambda: _remove_first(engine, name, lambda: report(key, outcome)))

        # What the attempt may have is for the container; our worker only holds the engine's program, which heeds
        # variables of its own.
        bare = msgspec.structs.replace(
            order,
            container=msgspec.structs.replace(order.container, env=[]),
            limits=Limits(timeout=order.limits.timeout),
            grants=Grants(secrets=order.grants.secrets),
        )
        self._process.run(bare, done, form)

    def cancel(self, key: AttemptKey, *, force: bool = False) -> None:
        """See `Executor.cancel`. The engine's program hands SIGTERM on to the container."""
        self._process.cancel(key, force=force)

    def warm(self, containers: Sequence[ContainerSpec]) -> None:  # noqa: ARG002 - images come when they are needed
        """See `Executor.warm`. Removes what a Penstock that was killed has left."""
        if isinstance(self.engine, ContainerEngine):
            self._sweep(self.engine)

    def refuse(self, container: ContainerSpec) -> TaskFailure | None:
        """See `Executor.refuse`."""
        engine = self.engine
        return self._refusal(container, engine) if isinstance(engine, NoEngine) else None

    def lock(self, container: ContainerSpec, *, refresh: bool = False) -> dict[str, str]:  # noqa: ARG002 - there is none
        """See `Executor.lock`: what a container has is in its image."""
        return {}

    def close(self) -> None:
        """See `Executor.close`. Waits until the last container is removed."""
        with self._lock:
            threads, self._threads = self._threads, []
        for thread in threads:
            thread.join()

    # --- containers that are left -------------------------------------------------------------------------

    def _labels(self, key: AttemptKey) -> dict[str, str]:
        return {
            HOME_LABEL: self._home,
            ENGINE_LABEL: this_engine(),
            "penstock.run": key.run_id,
            "penstock.task": key.path,
        }

    def _sweep(self, engine: ContainerEngine) -> None:
        """Remove the containers of this home whose Penstock is dead; once, in a thread of its own."""
        with self._lock:
            swept, self._swept = self._swept, True
        if not swept:
            self._apart(lambda: _remove_orphans(engine, self._home))

    def _apart(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="penstock containers")
        with self._lock:
            self._threads = [*(one for one in self._threads if one.is_alive()), thread]
            thread.start()

    def _refusal(self, container: ContainerSpec, absent: NoEngine) -> TaskFailure:
        command = in_one_line([*container.command, *container.args])
        return failure_of(NoContainerEngine(image=container.image, command=command, reason=absent.reason))


def _name(key: AttemptKey) -> str:
    path = hashlib.sha256(key.path.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"penstock-{key.run_id}-{path}-{key.number}-{secrets.token_hex(3)}"


def _is_over(outcome: Outcome) -> bool:
    return isinstance(outcome, Succeeded) or (isinstance(outcome, Failed) and outcome.failure.code in _OVER)


def _remove_first(engine: ContainerEngine, name: str, then: Callable[[], None]) -> None:
    """Remove a container that may still run, and only then go on: what is reported as over must be over."""
    call(engine, "rm", "--force", name)
    then()


def _remove_orphans(engine: ContainerEngine, home: str) -> None:
    listed = call(engine, "ps", "--all", "--quiet", "--filter", f"label={HOME_LABEL}={home}").stdout.split()
    for container in listed:
        told = call(engine, "inspect", "--format", f'{{{{index .Config.Labels "{ENGINE_LABEL}"}}}}', container)
        owner = told.stdout.strip()
        if told.returncode == 0 and owner.count(":") >= 2 and is_dead(EngineId(owner)):
            call(engine, "rm", "--force", container)
