"""The pipeline as data: Kubeflow Pipelines v2 `PipelineSpec`, as frozen typed values.

Each class is one message of `pipeline_spec.proto`, with its field names in snake case; on the wire they are
camel case. `UNSET` marks a JSON value that is absent, where an explicit `null` would mean something else.
A field that this version of Penstock does not know is kept in `unknown_fields` and written back.
"""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, field

from penstock.core.json import Json

ParameterType = Literal[
    "NUMBER_DOUBLE",
    "NUMBER_INTEGER",
    "STRING",
    "BOOLEAN",
    "LIST",
    "STRUCT",
    "TASK_FINAL_STATUS",
    "TASK_CONFIG",
]

PrimitiveType = Literal["PRIMITIVE_TYPE_UNSPECIFIED", "INT", "DOUBLE", "STRING"]


class Message(
    Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,  # a message is a tree, never a ring: large documents read four times faster when nobody looks for rings
):
    """Base of every message: immutable, compared by value, written in camel case without defaults.

    `penstock.ir.codec` reads and writes messages as Kubeflow does. `msgspec` itself does so too, and is enough
    between our own processes, but on the wire it puts `unknown_fields` under a name of its own.
    """

    unknown_fields: dict[str, Any] = field(default_factory=dict, name="unknown fields")
    """What the message said beyond the fields below, as plain JSON."""


# --- values and types -------------------------------------------------------------------------------------


class ArtifactType(Message, frozen=True, kw_only=True):
    """`ArtifactTypeSchema`: one of the titles `system.Dataset`, `system.Model`, … or an inline schema."""

    schema_title: str = ""
    schema_version: str = ""
    instance_schema: str = ""
    schema_uri: str = ""


class ValueOrRuntimeParameter(Message, frozen=True, kw_only=True):
    """A constant, or the name of a parameter of the surrounding component (importers only)."""

    constant: Json | UnsetType = UNSET
    runtime_parameter: str = ""
    constant_value: dict[str, Json] | UnsetType = UNSET
    """Deprecated form of `constant`: `{"stringValue": …}`."""


class InputParameter(Message, frozen=True, kw_only=True):
    """`ComponentInputsSpec.ParameterSpec`: one declared parameter of a component."""

    parameter_type: ParameterType | Literal["PARAMETER_TYPE_ENUM_UNSPECIFIED"] = "PARAMETER_TYPE_ENUM_UNSPECIFIED"
    type: PrimitiveType = "PRIMITIVE_TYPE_UNSPECIFIED"
    """What schema 2.0 had in place of `parameter_type`."""
    default_value: Json | UnsetType = UNSET
    is_optional: bool = False
    description: str = ""
    literals: list[Json] = field(default_factory=list)


class InputArtifact(Message, frozen=True, kw_only=True):
    """`ComponentInputsSpec.ArtifactSpec`: one declared input artifact of a component."""

    artifact_type: ArtifactType = ArtifactType()
    is_artifact_list: bool = False
    is_optional: bool = False
    description: str = ""


class ComponentInputs(Message, frozen=True, kw_only=True):
    artifacts: dict[str, InputArtifact] = field(default_factory=dict)
    parameters: dict[str, InputParameter] = field(default_factory=dict)


class OutputParameter(Message, frozen=True, kw_only=True):
    parameter_type: ParameterType | Literal["PARAMETER_TYPE_ENUM_UNSPECIFIED"] = "PARAMETER_TYPE_ENUM_UNSPECIFIED"
    type: PrimitiveType = "PRIMITIVE_TYPE_UNSPECIFIED"
    description: str = ""


class OutputArtifact(Message, frozen=True, kw_only=True):
    artifact_type: ArtifactType = ArtifactType()
    is_artifact_list: bool = False
    description: str = ""
    metadata: dict[str, Json] = field(default_factory=dict)


class ComponentOutputs(Message, frozen=True, kw_only=True):
    artifacts: dict[str, OutputArtifact] = field(default_factory=dict)
    parameters: dict[str, OutputParameter] = field(default_factory=dict)


# --- tasks ------------------------------------------------------------------------------------------------


class TaskOutputParameter(Message, frozen=True, kw_only=True):
    producer_task: str = ""
    output_parameter_key: str = ""


class TaskOutputArtifact(Message, frozen=True, kw_only=True):
    producer_task: str = ""
    output_artifact_key: str = ""


class TaskFinalStatus(Message, frozen=True, kw_only=True):
    producer_task: str = ""


class TaskInputParameter(Message, frozen=True, kw_only=True):
    """`TaskInputsSpec.InputParameterSpec`: where a parameter's value comes from; exactly one source is set."""

    task_output_parameter: TaskOutputParameter | None = None
    runtime_value: ValueOrRuntimeParameter | None = None
    component_input_parameter: str = ""
    task_final_status: TaskFinalStatus | None = None
    parameter_expression_selector: str = ""


class TaskInputArtifact(Message, frozen=True, kw_only=True):
    task_output_artifact: TaskOutputArtifact | None = None
    component_input_artifact: str = ""


class TaskInputs(Message, frozen=True, kw_only=True):
    parameters: dict[str, TaskInputParameter] = field(default_factory=dict)
    artifacts: dict[str, TaskInputArtifact] = field(default_factory=dict)


class TaskInfo(Message, frozen=True, kw_only=True):
    name: str = ""


class ComponentRef(Message, frozen=True, kw_only=True):
    name: str = ""


class CachingOptions(Message, frozen=True, kw_only=True):
    """Present and empty means caching is off; absent (None on the task) means it was not said."""

    enable_cache: bool = False
    cache_key: str = ""


class TriggerPolicy(Message, frozen=True, kw_only=True):
    condition: str = ""
    strategy: Literal[
        "TRIGGER_STRATEGY_UNSPECIFIED", "ALL_UPSTREAM_TASKS_SUCCEEDED", "ALL_UPSTREAM_TASKS_COMPLETED"
    ] = "TRIGGER_STRATEGY_UNSPECIFIED"


class ArtifactItems(Message, frozen=True, kw_only=True):
    input_artifact: str = ""


class ArtifactIterator(Message, frozen=True, kw_only=True):
    items: ArtifactItems = ArtifactItems()
    item_input: str = ""


class ParameterItems(Message, frozen=True, kw_only=True):
    raw: str = ""
    """A JSON list as text; empty when `input_parameter` is set."""
    input_parameter: str = ""


class ParameterIterator(Message, frozen=True, kw_only=True):
    items: ParameterItems = ParameterItems()
    item_input: str = ""


class IteratorPolicy(Message, frozen=True, kw_only=True):
    parallelism_limit: int = 0
    """At most this many iterations at once; 0 means no limit."""


class RetryPolicy(Message, frozen=True, kw_only=True):
    """Durations are protobuf JSON: seconds with an `s`, e.g. `"0s"`, `"3600s"`, `"1.5s"`."""

    max_retry_count: int = 0
    backoff_duration: str = ""
    backoff_factor: float = 0.0
    backoff_max_duration: str = ""


class TaskSpec(Message, frozen=True, kw_only=True):
    """`PipelineTaskSpec`: a component placed in a DAG, with its inputs and its policies."""

    task_info: TaskInfo = TaskInfo()
    component_ref: ComponentRef = ComponentRef()
    inputs: TaskInputs = TaskInputs()
    dependent_tasks: list[str] = field(default_factory=list)
    caching_options: CachingOptions | None = None
    trigger_policy: TriggerPolicy | None = None
    artifact_iterator: ArtifactIterator | None = None
    parameter_iterator: ParameterIterator | None = None
    iterator_policy: IteratorPolicy | None = None
    retry_policy: RetryPolicy | None = None


# --- DAGs and components ----------------------------------------------------------------------------------


class ParameterSelector(Message, frozen=True, kw_only=True):
    producer_subtask: str = ""
    output_parameter_key: str = ""


class ParameterSelectors(Message, frozen=True, kw_only=True):
    parameter_selectors: list[ParameterSelector] = field(default_factory=list)


class DagOutputParameter(Message, frozen=True, kw_only=True):
    value_from_parameter: ParameterSelector | None = None
    value_from_oneof: ParameterSelectors | None = None


class ArtifactSelector(Message, frozen=True, kw_only=True):
    producer_subtask: str = ""
    output_artifact_key: str = ""


class DagOutputArtifact(Message, frozen=True, kw_only=True):
    artifact_selectors: list[ArtifactSelector] = field(default_factory=list)


class DagOutputs(Message, frozen=True, kw_only=True):
    artifacts: dict[str, DagOutputArtifact] = field(default_factory=dict)
    parameters: dict[str, DagOutputParameter] = field(default_factory=dict)


class DagSpec(Message, frozen=True, kw_only=True):
    tasks: dict[str, TaskSpec] = field(default_factory=dict)
    outputs: DagOutputs = DagOutputs()


class ComponentSpec(Message, frozen=True, kw_only=True):
    """`ComponentSpec`: an interface and what is behind it, a DAG or an executor."""

    input_definitions: ComponentInputs = ComponentInputs()
    output_definitions: ComponentOutputs = ComponentOutputs()
    dag: DagSpec | None = None
    executor_label: str = ""
    single_platform_specs: list[Any] = field(default_factory=list)
    task_config_passthroughs: list[Any] = field(default_factory=list)


# --- executors --------------------------------------------------------------------------------------------


class Accelerator(Message, frozen=True, kw_only=True):
    resource_type: str = ""
    resource_count: str = ""
    type: str = ""
    count: int | str = 0


class ResourceSpec(Message, frozen=True, kw_only=True):
    """Strings (`"4000m"`, `"15G"`, or a placeholder) win over the deprecated doubles (cores, GB)."""

    resource_cpu_limit: str = ""
    resource_memory_limit: str = ""
    resource_cpu_request: str = ""
    resource_memory_request: str = ""
    cpu_limit: float = 0.0
    memory_limit: float = 0.0
    cpu_request: float = 0.0
    memory_request: float = 0.0
    accelerator: Accelerator | None = None


class EnvVar(Message, frozen=True, kw_only=True):
    name: str = ""
    value: str = ""


class ContainerSpec(Message, frozen=True, kw_only=True):
    """`PipelineContainerSpec`: an image and a command line, with placeholders still in it."""

    image: str = ""
    command: list[str] = field(default_factory=list)
    args: list[str] = field(default_factory=list)
    env: list[EnvVar] = field(default_factory=list)
    resources: ResourceSpec | None = None
    lifecycle: dict[str, Any] = field(default_factory=dict)


class ImporterSpec(Message, frozen=True, kw_only=True):
    artifact_uri: ValueOrRuntimeParameter = ValueOrRuntimeParameter()
    type_schema: ArtifactType = ArtifactType()
    reimport: bool = False
    metadata: dict[str, Json] = field(default_factory=dict)
    download_to_workspace: bool = False
    properties: dict[str, Any] = field(default_factory=dict)
    custom_properties: dict[str, Any] = field(default_factory=dict)


class ExecutorSpec(Message, frozen=True, kw_only=True):
    """`ExecutorSpec`: exactly one of the forms is set."""

    container: ContainerSpec | None = None
    importer: ImporterSpec | None = None
    resolver: dict[str, Any] | None = None
    custom_job: dict[str, Any] | None = None


class DeploymentSpec(Message, frozen=True, kw_only=True):
    executors: dict[str, ExecutorSpec] = field(default_factory=dict)


class PipelineInfo(Message, frozen=True, kw_only=True):
    name: str = ""
    display_name: str = ""
    description: str = ""


class PipelineSpec(Message, frozen=True, kw_only=True):
    """The first document of a compiled pipeline."""

    pipeline_info: PipelineInfo = PipelineInfo()
    root: ComponentSpec = ComponentSpec()
    components: dict[str, ComponentSpec] = field(default_factory=dict)
    deployment_spec: DeploymentSpec = DeploymentSpec()
    schema_version: str = ""
    sdk_version: str = ""
    default_pipeline_root: str = ""


# --- the platform document --------------------------------------------------------------------------------


class PlatformDeployment(Message, frozen=True, kw_only=True):
    executors: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By executor label: `{"activeDeadlineSeconds": …, "secretAsEnv": […], …}`, as the platform defines it."""


class SinglePlatform(Message, frozen=True, kw_only=True):
    deployment_spec: PlatformDeployment = PlatformDeployment()
    platform: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    pipeline_config: dict[str, Any] = field(default_factory=dict)


class PlatformSpec(Message, frozen=True, kw_only=True):
    """The second document, if there is one: what the pipeline asks of a platform such as `kubernetes`."""

    platforms: dict[str, SinglePlatform] = field(default_factory=dict)


class PipelineDocument(Struct, frozen=True, kw_only=True):
    """A compiled pipeline file: its specification, and its platform specification if it has one."""

    pipeline: PipelineSpec
    platform: PlatformSpec = PlatformSpec()
