"""DAGs and tasks of the IR while they are being put together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from penstock.dsl.graph import Scope
from penstock.ir.spec import (
    ArtifactIterator,
    ArtifactSelector,
    CachingOptions,
    ComponentInputs,
    ComponentOutputs,
    ComponentRef,
    ComponentSpec,
    DagOutputArtifact,
    DagOutputParameter,
    DagOutputs,
    DagSpec,
    InputArtifact,
    InputParameter,
    IteratorPolicy,
    OutputArtifact,
    OutputParameter,
    ParameterIterator,
    ParameterSelector,
    ParameterSelectors,
    RetryPolicy,
    TaskInfo,
    TaskInputArtifact,
    TaskInputParameter,
    TaskInputs,
    TaskOutputArtifact,
    TaskOutputParameter,
    TaskSpec,
    TriggerPolicy,
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where, within one DAG, a value comes from: a task of it, or one of its own inputs."""

    task: str | None
    key: str
    is_artifact: bool
    selector: str = ""
    """CEL that takes the value out of what is there."""

    def entry(self, key: str | int) -> Source:
        """One entry of a mapping or list that is there."""
        quoted = str(key) if isinstance(key, int) else '"{}"'.format(key.replace("\\", "\\\\").replace('"', '\\"'))
        return replace(self, selector=f"{self.selector or 'parseJson(string_value)'}[{quoted}]")

    def parameter(self) -> TaskInputParameter:
        if self.task is None:
            return TaskInputParameter(component_input_parameter=self.key, parameter_expression_selector=self.selector)
        output = TaskOutputParameter(producer_task=self.task, output_parameter_key=self.key)
        return TaskInputParameter(task_output_parameter=output, parameter_expression_selector=self.selector)

    def artifact(self) -> TaskInputArtifact:
        if self.task is None:
            return TaskInputArtifact(component_input_artifact=self.key)
        output = TaskOutputArtifact(producer_task=self.task, output_artifact_key=self.key)
        return TaskInputArtifact(task_output_artifact=output)


@dataclass(eq=False, slots=True, kw_only=True)
class TaskDraft:
    """A task of a DAG."""

    name: str
    component: str = ""
    parameters: dict[str, TaskInputParameter] = field(default_factory=dict)
    artifacts: dict[str, TaskInputArtifact] = field(default_factory=dict)
    waits_for: set[str] = field(default_factory=set)
    caching: CachingOptions | None = None
    trigger: TriggerPolicy | None = None
    parameter_iterator: ParameterIterator | None = None
    artifact_iterator: ArtifactIterator | None = None
    parallelism: int = 0
    retry: RetryPolicy | None = None

    def feed(self, name: str, source: Source) -> None:
        """Give an input, and wait for what makes it."""
        if source.is_artifact:
            self.artifacts[name] = source.artifact()
        else:
            self.parameters[name] = source.parameter()
        if source.task is not None:
            self.waits_for.add(source.task)

    def spec(self) -> TaskSpec:
        return TaskSpec(
            task_info=TaskInfo(name=self.name),
            component_ref=ComponentRef(name=self.component),
            inputs=TaskInputs(parameters=self.parameters, artifacts=self.artifacts),
            dependent_tasks=sorted(self.waits_for),
            caching_options=self.caching,
            trigger_policy=self.trigger,
            parameter_iterator=self.parameter_iterator,
            artifact_iterator=self.artifact_iterator,
            iterator_policy=IteratorPolicy(parallelism_limit=self.parallelism) if self.parallelism else None,
            retry_policy=self.retry,
        )


@dataclass(eq=False, slots=True, kw_only=True)
class DagDraft:
    """A DAG: a pipeline, or a scope of one."""

    scope: Scope
    parent: DagDraft | None
    task: TaskDraft
    """Itself, as a task of its parent; of a pipeline, a task that nobody places."""
    input_parameters: dict[str, InputParameter] = field(default_factory=dict)
    input_artifacts: dict[str, InputArtifact] = field(default_factory=dict)
    output_parameters: dict[str, tuple[OutputParameter, list[Source]]] = field(default_factory=dict)
    output_artifacts: dict[str, tuple[OutputArtifact, list[Source]]] = field(default_factory=dict)
    tasks: dict[str, TaskDraft] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.task.name

    def add(self, task: TaskDraft) -> TaskDraft:
        self.tasks[task.name] = task
        return task

    def spec(self) -> ComponentSpec:
        """The DAG as a component."""
        return ComponentSpec(
            input_definitions=ComponentInputs(parameters=self.input_parameters, artifacts=self.input_artifacts),
            output_definitions=ComponentOutputs(
                parameters={name: declared for name, (declared, _) in self.output_parameters.items()},
                artifacts={name: declared for name, (declared, _) in self.output_artifacts.items()},
            ),
            dag=DagSpec(
                tasks={name: task.spec() for name, task in self.tasks.items()},
                outputs=DagOutputs(
                    parameters={name: _from(sources) for name, (_, sources) in self.output_parameters.items()},
                    artifacts={
                        name: DagOutputArtifact(
                            artifact_selectors=[
                                ArtifactSelector(producer_subtask=one.task or "", output_artifact_key=one.key)
                                for one in sources
                            ]
                        )
                        for name, (_, sources) in self.output_artifacts.items()
                    },
                ),
            ),
        )


def _from(sources: list[Source]) -> DagOutputParameter:
    selectors = [ParameterSelector(producer_subtask=one.task or "", output_parameter_key=one.key) for one in sources]
    if len(selectors) == 1:
        return DagOutputParameter(value_from_parameter=selectors[0])
    return DagOutputParameter(value_from_oneof=ParameterSelectors(parameter_selectors=selectors))
