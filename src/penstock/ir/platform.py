"""What a pipeline's second document asks of Kubernetes, read into typed values: secrets, config maps, volumes, limits.

`Asked` says what the messages in `kubernetes` say, without deprecated spellings, and sorted by what an engine can do
about it.
"""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeVar

from msgspec import Struct, field

from penstock.ir.codec import from_json_obj
from penstock.ir.errors import InvalidField
from penstock.ir.kubernetes import (
    FieldPathAsEnv,
    KubernetesExecutor,
    PipelineConfig,
    PvcMount,
    SecurityContext,
    settings_of,
    unknown_settings,
)
from penstock.ir.spec import Message, PipelineDocument, TaskInputParameter, ValueOrRuntimeParameter
from penstock.ir.wording import join

KUBERNETES = "kubernetes"
CREATE_VOLUME, DELETE_VOLUME = "argostub/createpvc", "argostub/deletepvc"
"""Images of tasks that Kubeflow does not run in a container: it makes or deletes a persistent volume claim."""
LONGEST_NAME = 200
_RESOURCE_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII)

M = TypeVar("M", bound=Message)

Store = Literal["secret", "config map"]


class EnvSource(Struct, frozen=True, kw_only=True):
    """Variables of the environment, filled from the keys of one secret or config map."""

    store: Store
    name: TaskInputParameter
    """Where its name comes from, seen from the DAG that the task stands in."""
    keys: dict[str, str]
    """Key by variable."""
    optional: bool = False


class FolderSource(Struct, frozen=True, kw_only=True):
    """A folder that the task is to find at a path: a secret's or a config map's keys as files, or a volume."""

    kind: Literal["secret", "config map", "volume", "fresh folder"]
    path: str
    name: TaskInputParameter
    optional: bool = False
    sub_path: str = ""


class Asked(Struct, frozen=True, kw_only=True):
    """All that one executor asks for beyond its container."""

    envs: tuple[EnvSource, ...] = ()
    folders: tuple[FolderSource, ...] = ()
    fields: tuple[FieldPathAsEnv, ...] = ()
    """Variables that tell a task of itself."""
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    timeout: float | None = None
    """Seconds for one attempt."""
    security: SecurityContext | None = None
    others: tuple[str, ...] = ()
    """Names of further settings that are given, known ones and unknown ones, as the document spells them."""

    @property
    def sources(self) -> Iterator[TaskInputParameter]:
        """Where names come from."""
        yield from (one.name for one in self.envs)
        yield from (one.name for one in self.folders)

    @property
    def grants(self) -> bool:
        """Whether an attempt is to be given anything."""
        return bool(self.envs or self.folders or self.fields)


NOTHING = Asked()


def asked_by(document: PipelineDocument, label: str) -> Asked:
    """What the executor `label` asks of Kubernetes.

    Raises:
        InvalidField: A setting holds what it cannot hold, or a secret has no name.
    """
    platform = document.platform.platforms.get(KUBERNETES)
    given = None if platform is None else platform.deployment_spec.executors.get(label)
    if not given:
        return NOTHING
    place = join(f"platforms.{KUBERNETES}.deploymentSpec.executors", label)
    config = _read(KubernetesExecutor, given, place)
    return Asked(
        envs=tuple(_envs(config, place)),
        folders=tuple(_folders(config, place)),
        fields=tuple(config.field_path_as_env),
        labels=config.pod_metadata.labels,
        annotations=config.pod_metadata.annotations,
        timeout=float(config.active_deadline_seconds) if config.active_deadline_seconds > 0 else None,
        security=config.security_context,
        others=tuple(_others(config)),
    )


def pipeline_config(document: PipelineDocument) -> PipelineConfig:
    """What the whole pipeline asks of Kubernetes. Raises `InvalidField`."""
    platform = document.platform.platforms.get(KUBERNETES)
    if platform is None or not platform.pipeline_config:
        return PipelineConfig()
    return _read(PipelineConfig, platform.pipeline_config, f"platforms.{KUBERNETES}.pipelineConfig")


def is_resource_name(name: str) -> bool:
    """Whether a secret, a config map or a volume can have that name. It can be a file's as well."""
    return len(name) <= LONGEST_NAME and _RESOURCE_NAME.fullmatch(name) is not None


def claim_problem(inputs: Mapping[str, Any]) -> str:
    """Why the volume that a task is to make cannot be a folder of this machine; empty if it can.

    Args:
        inputs: Those of `CreatePVC` that are known.
    """
    for name in ("data_source", "volume_name"):
        if inputs.get(name):
            return f"`{name}` names something of a cluster's"
    given, suffix = inputs.get("pvc_name"), inputs.get("pvc_name_suffix")
    if given and suffix:
        return "it is given both `pvc_name` and `pvc_name_suffix`"
    whole = given or f"0{suffix or ''}"
    return "" if isinstance(whole, str) and is_resource_name(whole) else f"{str(whole)[:80]!r} is no name for one"


def constant(value: str) -> TaskInputParameter:
    """A name that is written in the document."""
    return TaskInputParameter(runtime_value=ValueOrRuntimeParameter(constant=value))


_SORTED = frozenset(
    {
        "secretAsVolume",
        "secretAsEnv",
        "pvcMount",
        "configMapAsVolume",
        "configMapAsEnv",
        "activeDeadlineSeconds",
        "fieldPathAsEnv",
        "genericEphemeralVolume",
        "emptyDirMounts",
        "securityContext",
    }
)
"""Settings that have a field of their own in `Asked`."""


def _read(cls: type[M], given: Any, place: str) -> M:
    try:
        return from_json_obj(cls, given)
    except InvalidField as error:
        inner = error.place if error.place.startswith("[") or not error.place else f".{error.place}"
        raise dataclasses.replace(error, place=f"{place}{inner}") from None


def _others(config: KubernetesExecutor) -> Iterator[str]:
    yield from (name for name in settings_of(config) if name not in _SORTED)
    parts: list[tuple[str, list[Any]]] = [
        ("secretAsEnv", config.secret_as_env),
        ("secretAsVolume", config.secret_as_volume),
        ("configMapAsEnv", config.config_map_as_env),
        ("configMapAsVolume", config.config_map_as_volume),
        ("pvcMount", config.pvc_mount),
        ("emptyDirMounts", config.empty_dir_mounts),
        ("genericEphemeralVolume", config.generic_ephemeral_volume),
        ("fieldPathAsEnv", config.field_path_as_env),
        ("securityContext", [config.security_context] if config.security_context else []),
    ]
    for name, messages in parts:
        yield from dict.fromkeys(f"{name}.{inner}" for one in messages for inner in unknown_settings(one))


def _envs(config: KubernetesExecutor, place: str) -> Iterator[EnvSource]:
    for index, secret in enumerate(config.secret_as_env):
        at = f"{place}.secretAsEnv[{index}]"
        name = _name(secret.secret_name_parameter, secret.secret_name, at, "secretNameParameter")
        keys = {pair.env_var: pair.secret_key for pair in secret.key_to_env}
        yield EnvSource(store="secret", name=name, keys=_named(keys, at), optional=secret.optional)
    for index, config_map in enumerate(config.config_map_as_env):
        at = f"{place}.configMapAsEnv[{index}]"
        name = _name(config_map.config_map_name_parameter, config_map.config_map_name, at, "configMapNameParameter")
        keys = {pair.env_var: pair.config_map_key for pair in config_map.key_to_env}
        yield EnvSource(store="config map", name=name, keys=_named(keys, at), optional=config_map.optional)


def _folders(config: KubernetesExecutor, place: str) -> Iterator[FolderSource]:
    for index, secret in enumerate(config.secret_as_volume):
        at = f"{place}.secretAsVolume[{index}]"
        name = _name(secret.secret_name_parameter, secret.secret_name, at, "secretNameParameter")
        yield FolderSource(kind="secret", path=_path(secret.mount_path, at), name=name, optional=secret.optional)
    for index, config_map in enumerate(config.config_map_as_volume):
        at = f"{place}.configMapAsVolume[{index}]"
        name = _name(config_map.config_map_name_parameter, config_map.config_map_name, at, "configMapNameParameter")
        yield FolderSource(
            kind="config map", path=_path(config_map.mount_path, at), name=name, optional=config_map.optional
        )
    for index, claim in enumerate(config.pvc_mount):
        at = f"{place}.pvcMount[{index}]"
        name = _name(_claim(claim), claim.constant, at, "pvcNameParameter")
        yield FolderSource(kind="volume", path=_path(claim.mount_path, at), name=name, sub_path=claim.sub_path)
    fresh: list[tuple[str, list[Any]]] = [
        ("emptyDirMounts", config.empty_dir_mounts),
        ("genericEphemeralVolume", config.generic_ephemeral_volume),
    ]
    for setting, mounts in fresh:
        for index, mount in enumerate(mounts):
            path = _path(mount.mount_path, f"{place}.{setting}[{index}]")
            yield FolderSource(kind="fresh folder", path=path, name=constant(mount.volume_name))


def _claim(mount: PvcMount) -> TaskInputParameter | None:
    if mount.pvc_name_parameter is not None:
        return mount.pvc_name_parameter
    if mount.task_output_parameter is not None:
        return TaskInputParameter(task_output_parameter=mount.task_output_parameter)
    if mount.component_input_parameter:
        return TaskInputParameter(component_input_parameter=mount.component_input_parameter)
    return None


def _name(parameter: TaskInputParameter | None, old: str, place: str, field_name: str) -> TaskInputParameter:
    if parameter is not None and parameter != TaskInputParameter():
        return parameter
    if old:
        return constant(old)
    raise InvalidField(place=f"{place}.{field_name}", expected="where its name comes from", got="nothing")


def _named(keys: dict[str, str], place: str) -> dict[str, str]:
    for variable, key in keys.items():
        if not variable or "=" in variable or "\0" in variable:
            expected = "the name of an environment variable"
            raise InvalidField(place=f"{place}.keyToEnv", expected=expected, got=repr(variable))
        if not key:
            raise InvalidField(place=f"{place}.keyToEnv", expected=f"a key for {variable!r}", got="nothing")
    return keys


def _path(path: str, place: str) -> str:
    if not path.startswith("/") or "\0" in path or ".." in path.split("/"):
        expected = "an absolute path without `..`"
        raise InvalidField(place=f"{place}.mountPath", expected=expected, got=repr(path))
    return "/" + "/".join(part for part in path.split("/") if part not in ("", "."))
