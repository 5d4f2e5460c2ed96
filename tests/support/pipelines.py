"""Small pipelines as IR, without an author's code: for tests of the engine."""

from collections.abc import Mapping, Sequence
from typing import Any

from penstock.core.json import Json
from penstock.ir.spec import (
    CachingOptions,
    ComponentInputs,
    ComponentOutputs,
    ComponentRef,
    ComponentSpec,
    ContainerSpec,
    DagOutputs,
    DagSpec,
    DeploymentSpec,
    ExecutorSpec,
    InputParameter,
    IteratorPolicy,
    OutputParameter,
    ParameterItems,
    ParameterIterator,
    PipelineDocument,
    PipelineInfo,
    PipelineSpec,
    RetryPolicy,
    TaskFinalStatus,
    TaskInfo,
    TaskInputParameter,
    TaskInputs,
    TaskOutputParameter,
    TaskSpec,
    TriggerPolicy,
    ValueOrRuntimeParameter,
)

COMPLETED = "ALL_UPSTREAM_TASKS_COMPLETED"


def constant(value: Json) -> TaskInputParameter:
    return TaskInputParameter(runtime_value=ValueOrRuntimeParameter(constant=value))


def output_of(task: str, key: str = "Output") -> TaskInputParameter:
    return TaskInputParameter(task_output_parameter=TaskOutputParameter(producer_task=task, output_parameter_key=key))


def outer(name: str) -> TaskInputParameter:
    return TaskInputParameter(component_input_parameter=name)


def status_of(task: str) -> TaskInputParameter:
    return TaskInputParameter(task_final_status=TaskFinalStatus(producer_task=task))


def task(
    component: str,
    *,
    after: Sequence[str] = (),
    inputs: Mapping[str, TaskInputParameter] | None = None,
    condition: str = "",
    strategy: Any = "TRIGGER_STRATEGY_UNSPECIFIED",
    retries: int = 0,
    backoff: str = "0s",
    cache: bool = False,
    each: ParameterIterator | None = None,
    parallelism: int = 0,
) -> TaskSpec:
    return TaskSpec(
        task_info=TaskInfo(name=component),
        component_ref=ComponentRef(name=component),
        dependent_tasks=list(after),
        inputs=TaskInputs(parameters=dict(inputs or {})),
        trigger_policy=TriggerPolicy(condition=condition, strategy=strategy),
        retry_policy=RetryPolicy(max_retry_count=retries, backoff_duration=backoff) if retries else None,
        caching_options=CachingOptions(enable_cache=cache),
        parameter_iterator=each,
        iterator_policy=IteratorPolicy(parallelism_limit=parallelism) if parallelism else None,
    )


def over(raw: str = "", *, parameter: str = "", item: str = "item") -> ParameterIterator:
    return ParameterIterator(items=ParameterItems(raw=raw, input_parameter=parameter), item_input=item)


def parameters(**types: str) -> dict[str, InputParameter]:
    """`name="NUMBER_INTEGER"`; with a `?` at the end it is optional."""
    return {
        name: InputParameter(parameter_type=type.rstrip("?"), is_optional=type.endswith("?"))  # type: ignore[arg-type]
        for name, type in types.items()
    }


def leaf(label: str, *, outputs: Mapping[str, str] | None = None, **inputs: str) -> ComponentSpec:
    """A component with a container; `outputs` by name and type."""
    return ComponentSpec(
        executor_label=f"exec-{label}",
        input_definitions=ComponentInputs(parameters=parameters(**inputs)),
        output_definitions=_outputs(outputs),
    )


def _outputs(types: Mapping[str, str] | None) -> ComponentOutputs:
    declared = {name: OutputParameter(parameter_type=type) for name, type in (types or {}).items()}  # type: ignore[arg-type]
    return ComponentOutputs(parameters=declared)


def dag(
    tasks: Mapping[str, TaskSpec],
    *,
    outputs: Mapping[str, str] | None = None,
    selects: DagOutputs | None = None,
    **inputs: str,
) -> ComponentSpec:
    return ComponentSpec(
        dag=DagSpec(tasks=dict(tasks), outputs=selects or DagOutputs()),
        input_definitions=ComponentInputs(parameters=parameters(**inputs)),
        output_definitions=_outputs(outputs),
    )


def document(root: ComponentSpec, **components: ComponentSpec) -> PipelineDocument:
    labels = {c.executor_label for c in components.values() if c.executor_label}
    executors = {
        label: ExecutorSpec(container=ContainerSpec(image="none", command=[label])) for label in sorted(labels)
    }
    return PipelineDocument(
        pipeline=PipelineSpec(
            pipeline_info=PipelineInfo(name="test"),
            root=root,
            components=dict(components),
            deployment_spec=DeploymentSpec(executors=executors),
            schema_version="2.1.0",
            sdk_version="test",
        )
    )
