"""What the components of a pipeline run with: resolved before the run starts, so that nothing fails half-way for it."""

from collections.abc import Callable, Iterator

from penstock.engine.executor import Executor
from penstock.ir.manifest import read_manifest
from penstock.ir.spec import ContainerSpec, PipelineDocument

_AT_ONCE = 8

Locks = dict[str, dict[str, str]]
"""By executor label: names of packages and their versions."""


def lock_environments(document: PipelineDocument, executor: Executor, *, refresh: bool = False) -> Locks:
    """The exact packages of every component that has an environment of its own. Many are resolved at once.

    A pipeline whose components have no requirements costs nothing here: the executor is not even made.

    Args:
        document: The pipeline.
        executor: What is to run it, and has nothing against any of its containers.
        refresh: Find newer versions, whatever earlier runs took.

    Raises:
        EnvironmentFailed: Packages of a component cannot be had.
    """
    wanted = dict(_wanted(document))
    found = _each(lambda container: executor.lock(container, refresh=refresh), list(wanted.values()))
    return {label: versions for label, versions in zip(wanted, found, strict=True) if versions}


def _wanted(document: PipelineDocument) -> Iterator[tuple[str, ContainerSpec]]:
    for label, spec in document.pipeline.deployment_spec.executors.items():
        if spec.container is not None:
            manifest = read_manifest(spec.container)
            if manifest is None or manifest.requirements:
                yield label, spec.container


def _each(lock: Callable[[ContainerSpec], dict[str, str]], containers: list[ContainerSpec]) -> list[dict[str, str]]:
    if len(containers) < 2:
        return [lock(one) for one in containers]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lock, containers))
