"""A pipeline document, indexed for running: who waits for whom, what stands behind each component."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from penstock.core.ids import TaskPath
from penstock.engine.fingerprint import Work, work_of
from penstock.ir.approval import is_approval
from penstock.ir.parameters import constant_of
from penstock.ir.spec import ComponentSpec, ContainerSpec, DagSpec, ExecutorSpec, PipelineDocument, TaskSpec
from penstock.metadata.records import ExecutionKind

if TYPE_CHECKING:
    from penstock.ir.platform import Asked

ROOT = TaskPath("")
ROOT_COMPONENT = "root"
WORKSPACE = "{{$.workspace_path}}"


class DagPlan(Struct, frozen=True):
    """One DAG: its tasks, and the edges between them in both directions."""

    spec: DagSpec
    order: tuple[str, ...]
    """The tasks, each after all that it waits for."""
    upstream: dict[str, tuple[str, ...]]
    downstream: dict[str, tuple[str, ...]]


class Plan:
    """Everything that the engine asks of a document, each answer computed once."""

    def __init__(self, document: PipelineDocument) -> None:
        self.document = document
        self.pipeline = document.pipeline
        self._dags: dict[str, DagPlan] = {}
        self._volatile: dict[str, bool] = {}
        self._asked: dict[str, Asked] = {}
        self._works: dict[str, Work] = {}

    def component(self, name: str) -> ComponentSpec:
        if name == ROOT_COMPONENT:
            return self.pipeline.root
        return self.pipeline.components[name]

    def executor(self, component: str) -> ExecutorSpec:
        return self.pipeline.deployment_spec.executors[self.component(component).executor_label]

    def container(self, component: str) -> ContainerSpec:
        container = self.executor(component).container
        assert container is not None, component
        return container

    def dag(self, component: str) -> DagPlan:
        plan = self._dags.get(component)
        if plan is None:
            spec = self.component(component).dag
            assert spec is not None, component
            plan = self._dags[component] = _dag_plan(spec)
        return plan

    def work(self, component: str, environments: Mapping[str, Mapping[str, str]]) -> Work:
        """What a component does, for cache keys.

        Args:
            component: Its name.
            environments: By executor label, the packages of an environment of its own; always the same for one plan.
        """
        if component not in self._works:
            spec = self.component(component)
            own = environments.get(spec.executor_label)
            self._works[component] = work_of(spec, self.container(component), own)
        return self._works[component]

    def kind(self, task: TaskSpec) -> ExecutionKind:
        """What an execution of `task` is."""
        if task.parameter_iterator is not None or task.artifact_iterator is not None:
            return ExecutionKind.LOOP
        name = task.component_ref.name
        if self.component(name).dag is not None:
            return ExecutionKind.DAG
        if self.executor(name).importer is not None:
            return ExecutionKind.IMPORTER
        return ExecutionKind.TASK

    @property
    def has_platform(self) -> bool:
        """Whether the document has a second one, which may ask for secrets, volumes and time limits."""
        return bool(self.document.platform.platforms)

    def asked(self, component: str) -> "Asked":
        """What this component asks for in the second document. Ask only if there is one: it has to be imported."""
        from penstock.ir.platform import asked_by

        label = self.component(component).executor_label
        asked = self._asked.get(label)
        if asked is None:
            asked = self._asked[label] = asked_by(self.document, label)
        return asked

    def is_volatile(self, component: str) -> bool:
        """Whether what a component does depends on a folder that is no part of its cache key: the run's workspace."""
        known = self._volatile.get(component)
        if known is None:
            container = self.container(component)
            texts = [*container.command, *container.args, *(variable.value for variable in container.env)]
            known = self._volatile[component] = any(WORKSPACE in text for text in texts)
        return known

    @cached_property
    def uses_workspace(self) -> bool:
        """Whether some task may read or write the run's workspace."""
        platforms = self.document.platform.platforms.values()
        executors = self.pipeline.deployment_spec.executors.values()
        return (
            any("workspace" in platform.pipeline_config for platform in platforms)
            or any(executor.importer is not None and executor.importer.download_to_workspace for executor in executors)
            or any(WORKSPACE in text for text in self._texts())
        )

    def _texts(self) -> Iterator[str]:
        for component in (self.pipeline.root, *self.pipeline.components.values()):
            for task in component.dag.tasks.values() if component.dag is not None else ():
                for parameter in task.inputs.parameters.values():
                    if parameter.runtime_value is not None:
                        yield str(constant_of(parameter.runtime_value))
        for container in self.containers:
            yield from container.command
            yield from container.args
            yield from (variable.value for variable in container.env)

    def waits_for_person(self, component: str) -> bool:
        """Whether a task of this component is an approval: it takes no core and no worker, and no crash ends it."""
        executor = self.executor(component)
        return executor.container is not None and is_approval(executor.container)

    def timeout(self, component: str) -> float | None:
        """Seconds that an attempt of this component may take."""
        return self.asked(component).timeout if self.has_platform else None

    @cached_property
    def deadline(self) -> float | None:
        """Seconds that the whole run may take."""
        if not self.has_platform:
            return None
        from penstock.ir.platform import pipeline_config

        seconds = pipeline_config(self.document).active_deadline_seconds
        return float(seconds) if seconds > 0 else None

    @cached_property
    def containers(self) -> list[ContainerSpec]:
        """Every container that some task of the pipeline may run."""
        executors = self.pipeline.deployment_spec.executors.values()
        return [executor.container for executor in executors if executor.container is not None]


def _dag_plan(spec: DagSpec) -> DagPlan:
    upstream = {name: _upstream(task, spec) for name, task in spec.tasks.items()}
    downstream: dict[str, list[str]] = {name: [] for name in spec.tasks}
    for name, sources in upstream.items():
        for source in sources:
            downstream[source].append(name)
    return DagPlan(
        spec, _order(upstream, downstream), upstream, {name: tuple(names) for name, names in downstream.items()}
    )


def _order(upstream: dict[str, tuple[str, ...]], downstream: dict[str, list[str]]) -> tuple[str, ...]:
    """Kahn's order. A document's own order says nothing: its canonical form is sorted by name."""
    waiting = {name: len(sources) for name, sources in upstream.items()}
    order = [name for name, count in waiting.items() if count == 0]
    for name in order:  # grows while it is gone through
        for waiter in downstream[name]:
            waiting[waiter] -= 1
            if waiting[waiter] == 0:
                order.append(waiter)
    return tuple(order)


def _upstream(task: TaskSpec, spec: DagSpec) -> tuple[str, ...]:
    names = dict.fromkeys(task.dependent_tasks)
    for parameter in task.inputs.parameters.values():
        for source in (parameter.task_output_parameter, parameter.task_final_status):
            if source is not None:
                names[source.producer_task] = None
    for artifact in task.inputs.artifacts.values():
        if artifact.task_output_artifact is not None:
            names[artifact.task_output_artifact.producer_task] = None
    return tuple(name for name in names if name in spec.tasks)
