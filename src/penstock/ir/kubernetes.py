"""The messages of `kubernetes_executor_config.proto`, as they are on the wire, deprecated spellings and all."""

from typing import Any

from msgspec import field

from penstock.ir.codec import to_json_obj
from penstock.ir.spec import Message, TaskInputParameter, TaskOutputParameter


class SecretKeyToEnv(Message, frozen=True, kw_only=True):
    secret_key: str = ""
    env_var: str = ""


class ConfigMapKeyToEnv(Message, frozen=True, kw_only=True):
    config_map_key: str = ""
    env_var: str = ""


class SecretAsEnv(Message, frozen=True, kw_only=True):
    secret_name: str = ""
    """Deprecated form of `secret_name_parameter`."""
    key_to_env: list[SecretKeyToEnv] = field(default_factory=list)
    optional: bool = False
    secret_name_parameter: TaskInputParameter | None = None


class SecretAsVolume(Message, frozen=True, kw_only=True):
    secret_name: str = ""
    mount_path: str = ""
    optional: bool = False
    secret_name_parameter: TaskInputParameter | None = None


class ConfigMapAsEnv(Message, frozen=True, kw_only=True):
    config_map_name: str = ""
    key_to_env: list[ConfigMapKeyToEnv] = field(default_factory=list)
    optional: bool = False
    config_map_name_parameter: TaskInputParameter | None = None


class ConfigMapAsVolume(Message, frozen=True, kw_only=True):
    config_map_name: str = ""
    mount_path: str = ""
    optional: bool = False
    config_map_name_parameter: TaskInputParameter | None = None


class PvcMount(Message, frozen=True, kw_only=True):
    task_output_parameter: TaskOutputParameter | None = None
    """This and the next two: deprecated forms of `pvc_name_parameter`."""
    constant: str = ""
    component_input_parameter: str = ""
    mount_path: str = ""
    pvc_name_parameter: TaskInputParameter | None = None
    sub_path: str = ""


class EmptyDirMount(Message, frozen=True, kw_only=True):
    volume_name: str = ""
    mount_path: str = ""
    medium: str = ""
    size_limit: str = ""


class GenericEphemeralVolume(Message, frozen=True, kw_only=True):
    volume_name: str = ""
    mount_path: str = ""
    access_modes: list[str] = field(default_factory=list)
    size: str = ""
    default_storage_class: bool = False
    storage_class_name: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


class FieldPathAsEnv(Message, frozen=True, kw_only=True):
    name: str = ""
    field_path: str = ""


class PodMetadata(Message, frozen=True, kw_only=True):
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)


class SecurityContext(Message, frozen=True, kw_only=True):
    run_as_user: int | None = None
    run_as_group: int | None = None
    run_as_non_root: bool | None = None


class KubernetesExecutor(Message, frozen=True, kw_only=True):
    """`KubernetesExecutorConfig`: what one executor asks of Kubernetes."""

    secret_as_volume: list[SecretAsVolume] = field(default_factory=list)
    secret_as_env: list[SecretAsEnv] = field(default_factory=list)
    pvc_mount: list[PvcMount] = field(default_factory=list)
    node_selector: dict[str, Any] = field(default_factory=dict)
    pod_metadata: PodMetadata = PodMetadata()
    image_pull_secret: list[Any] = field(default_factory=list)
    image_pull_policy: str = ""
    config_map_as_volume: list[ConfigMapAsVolume] = field(default_factory=list)
    config_map_as_env: list[ConfigMapAsEnv] = field(default_factory=list)
    active_deadline_seconds: int = 0
    field_path_as_env: list[FieldPathAsEnv] = field(default_factory=list)
    tolerations: list[Any] = field(default_factory=list)
    generic_ephemeral_volume: list[GenericEphemeralVolume] = field(default_factory=list)
    node_affinity: list[Any] = field(default_factory=list)
    pod_affinity: list[Any] = field(default_factory=list)
    enabled_shared_memory: dict[str, Any] = field(default_factory=dict)
    empty_dir_mounts: list[EmptyDirMount] = field(default_factory=list)
    security_context: SecurityContext | None = None
    init_containers: list[Any] = field(default_factory=list)


class PipelineConfig(Message, frozen=True, kw_only=True):
    """`PipelineConfig`: what the whole pipeline asks for."""

    active_deadline_seconds: int = 0
    resource_ttl_on_completion: int = 0
    resource_ttl_on_success: int = 0
    resource_ttl_on_failure: int = 0
    workspace: dict[str, Any] = field(default_factory=dict)


def settings_of(message: Message) -> list[str]:
    """The names of the settings that a message has, as documents spell them; unknown ones too."""
    return list(to_json_obj(message))


def unknown_settings(message: Message) -> list[str]:
    """Those that no field of this version is for."""
    return list(message.unknown_fields)
