"""From a document and arguments to a run on record. All that can be refused is refused here, before it starts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from penstock.artifacts.store import ArtifactStore
from penstock.core.clock import Clock
from penstock.core.ids import new_run_id
from penstock.core.json import Json
from penstock.engine.errors import NotRunnable
from penstock.engine.executor import Executor
from penstock.ir.approval import is_approval
from penstock.ir.document import canonical_json, digest
from penstock.ir.manifest import read_manifest
from penstock.ir.spec import ContainerSpec, ExecutorSpec, PipelineDocument
from penstock.metadata.records import Run
from penstock.metadata.store import MetadataStore
from penstock.platform.arguments import fit_arguments, store_inputs
from penstock.platform.environments import lock_environments
from penstock.platform.options import RunOptions
from penstock.platform.places import check_workspace
from penstock.platform.workers import Workers


class Submission:
    """Puts runs on record.

    Args:
        home: Where secrets, config maps and volumes are.
        store: Takes the records.
        artifacts: Takes the files that runs are given.
        workers: Know what can run here.
        clock: Says when.
    """

    def __init__(
        self, home: Path, store: MetadataStore, artifacts: ArtifactStore, workers: Workers, clock: Clock
    ) -> None:
        self._home = home
        self._store = store
        self._artifacts = artifacts
        self._workers = workers
        self._clock = clock

    def submit(
        self,
        document: PipelineDocument,
        arguments: Mapping[str, Any],
        options: RunOptions,
        *,
        source: str,
        display_name: str,
    ) -> Run:
        """See `System.submit`."""
        options.check()
        cwd = (Path(options.cwd) if options.cwd else Path.cwd()).absolute()
        check_workspace(options.workspace, cwd)
        fitted = fit_arguments(document.pipeline.root.input_definitions, arguments, cwd)
        executor = self._workers.executor(options)
        _refuse(document, executor)
        found = self._review(document, fitted.parameters, options, cwd)
        environments: Any = lock_environments(document, executor, refresh=options.upgrade_packages)
        now = self._clock.now()
        kept = options.record() | {"cwd": str(cwd), "inputs": store_inputs(self._artifacts, fitted.files)}
        if environments:
            kept["environments"] = environments
        run = Run(
            run_id=new_run_id(now),
            pipeline=document.pipeline.pipeline_info.name,
            display_name=display_name,
            spec=digest(document),
            parameters=fitted.parameters,
            options=kept | found,
            created_at=now,
            source=source,
        )
        self._store.create_run(run, canonical_json(document))
        return run

    def check_runnable(self, document: PipelineDocument, options: RunOptions) -> None:
        """Raise `NotRunnable` if the pipeline holds something that cannot run here with these options."""
        _refuse(document, self._workers.executor(options))

    def host_commands(self, document: PipelineDocument) -> dict[str, list[str]]:
        """What a run of `document` with `host_commands` would start on this host, by the names of its components."""
        executors = document.pipeline.deployment_spec.executors
        found = {label.removeprefix("exec-"): spec.container for label, spec in executors.items() if spec.container}
        return {
            name: [*container.command, *container.args]
            for name, container in found.items()
            if not _is_ours(container) and not self._workers.knows(container)
        }

    def _review(
        self, document: PipelineDocument, parameters: Mapping[str, Json], options: RunOptions, cwd: Path
    ) -> dict[str, Json]:
        """What the second document, if there is one, means here. Raises what `review_platform` raises."""
        if not document.platform.platforms:
            return {}
        from penstock.platform.reviewing import review_platform

        def why_no_folders(container: ContainerSpec) -> str | None:
            if options.executor == "inline":
                return "inline, tasks share Penstock's own process and its folders"
            on_host = _is_ours(container) or options.host_commands or self._workers.knows(container)
            return "" if on_host else None

        return review_platform(document, parameters, self._home, cwd=cwd, why_no_folders=why_no_folders)


def unsupported(executor: ExecutorSpec) -> str:
    """Why nothing outside of Google Cloud runs an executor of this form; empty if it is an ordinary one."""
    if executor.custom_job is not None:
        return "it is a custom job of Vertex AI, which only Google Cloud runs"
    if executor.resolver is not None:
        return "it asks a service of Google Cloud for artifacts (a resolver), which only Google Cloud does"
    if executor.container is None and executor.importer is None:
        return f"it has a form that this version of Penstock does not know: {', '.join(executor.unknown_fields)}"
    return ""


def _refuse(document: PipelineDocument, executor: Executor) -> None:
    """Raise `NotRunnable` if the executor already knows that it cannot run something in the pipeline.

    Penstock's own components run anywhere; not to ask for them saves a rerun from cache the executor's import.
    """
    reasons, hints = {}, []
    for label, spec in document.pipeline.deployment_spec.executors.items():
        if reason := unsupported(spec):
            reasons[label] = reason
        container = spec.container
        if container is None or _is_ours(container):
            continue
        failure = executor.refuse(container)
        if failure is not None:
            reasons[label] = failure.message
            hints.append(failure.hint)
    if reasons:
        raise NotRunnable(reasons=reasons, hints=hints)


def _is_ours(container: ContainerSpec) -> bool:
    if is_approval(container):
        return True
    try:
        return read_manifest(container) is not None
    except msgspec.DecodeError:
        return False  # a broken one: the executor says what is wrong with it
