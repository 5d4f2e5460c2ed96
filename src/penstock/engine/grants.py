"""What an attempt is given beyond its inputs: variables, and folders at the paths where it looks for them.

The pipeline's second document says what a task asks for: secrets, config maps, volumes. Here that becomes values,
when the attempt starts and not before: a secret is read from the vault, handed to the executor in the work order,
and stored nowhere. What counts for the cache is the secret's name.
"""

import hashlib
import os
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, Protocol

from penstock.core.errors import PenstockError, UserError
from penstock.core.ids import TaskPath
from penstock.core.json import Json
from penstock.engine.conditions import select
from penstock.engine.executor import Grants, Mount
from penstock.engine.run_values import run_values
from penstock.engine.state import RunState, child_path
from penstock.ir.parameters import constant_of
from penstock.ir.placeholders import resolve_constant
from penstock.ir.platform import Asked, EnvSource, FolderSource, Store
from penstock.ir.spec import ComponentSpec, TaskInputParameter
from penstock.metadata.records import Execution, Run

MASKED_FROM = 4
"""Characters: a secret that is shorter is not blotted out of logs, since too much else would be."""

_METADATA = re.compile(r"metadata\.(labels|annotations)\['([^']*)'\]")
_FIELDS = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.podIP",
    "metadata.labels['KEY']",
    "metadata.annotations['KEY']",
)

Values = Mapping[str, bytes]
Resolve = Callable[[TaskInputParameter], Json]


class Vault(Protocol):
    """Where secrets, config maps and volumes come from. Read when an attempt starts; nothing of it is kept."""

    def read(self, store: Store, name: str) -> Values | None:
        """The keys of a secret or a config map; None if there is none of that name.

        Raises:
            UserError: No such name can be, or what is stored may be read by others.
        """
        ...

    def volume(self, name: str) -> Path | None:
        """The folder that a volume is; None if there is none of that name."""
        ...


class EmptyVault:
    """A vault with nothing in it."""

    def read(self, store: Store, name: str) -> Values | None:  # noqa: ARG002 - the protocol's
        return None

    def volume(self, name: str) -> Path | None:  # noqa: ARG002 - the protocol's
        return None


@dataclass(kw_only=True, frozen=True)
class Lack:
    """Something that a task asks for and that is not there."""

    task: str
    kind: str
    """`secret`, `config map` or `volume`."""
    name: str
    key: str = ""
    """The key that is not in it; empty where there is nothing of that name."""
    wanted: tuple[str, ...] = ()
    """The keys that the task takes from it."""

    def __str__(self) -> str:
        if self.key:
            return f"{self.task}: the {self.kind} '{self.name}' has no key '{self.key}'"
        return f"{self.task}: there is no {self.kind} '{self.name}'"

    @property
    def remedy(self) -> str:
        """The command that puts it there."""
        keys = (self.key,) if self.key else self.wanted or ("KEY",)
        if self.kind == "volume":
            return f"penstock volumes create {self.name}"
        if self.kind == "secret":
            return f"penstock secrets set {self.name} {' '.join(keys)}"
        return f"penstock config-maps set {self.name} {' '.join(f'{key}=VALUE' for key in keys)}"


@dataclass(kw_only=True, eq=False)
class NotGranted(UserError, LookupError):
    """A task needs a secret, a config map or a volume that is not here."""

    code: ClassVar[str] = "ENG020"
    lacks: list[Lack] = field(default_factory=list)

    def message(self) -> str:
        if len(self.lacks) == 1:
            return f"task {self.lacks[0]}"
        return "tasks need what is not here:" + "".join(f"\n  {lack}" for lack in self.lacks)

    def hint(self) -> str:
        return ", ".join(f"`{remedy}`" for remedy in dict.fromkeys(lack.remedy for lack in self.lacks))


@dataclass(kw_only=True, eq=False)
class NotHonoured(UserError, ValueError):
    """The second document asks for something that makes no sense with the values of this run."""

    code: ClassVar[str] = "ENG021"
    task: str
    setting: str
    reason: str
    advice: str = ""

    def message(self) -> str:
        return f"task {self.task}: {self.setting} cannot be honoured: {self.reason}"

    def hint(self) -> str | None:
        return self.advice or None


def grants_of(state: RunState, path: TaskPath, vault: Vault, folder: Path) -> Grants:
    """What the present attempt of an execution is given.

    Args:
        state: The run.
        path: The execution.
        vault: Where values come from.
        folder: The attempt's own folder, which exists: fresh folders are made below it.

    Raises:
        NotGranted: A secret, config map or volume is not there, or a key of it.
        NotHonoured: A name is no text, or a value cannot be a variable.
    """
    execution = state.executions[path]
    asked = state.plan.asked(execution.component)
    if not asked.grants:
        return Grants()
    giver = _Giver(execution.task, vault, lambda source: resolve(state, execution, source))
    environ = {one.name: field_value(one.field_path, asked, state.run, execution) for one in asked.fields}
    for source in asked.envs:
        environ |= giver.variables(source)
    mounts = [mount for one in asked.folders if (mount := giver.mount(one, folder)) is not None]
    if giver.lacks:
        raise NotGranted(lacks=merged(giver.lacks))
    return Grants(environ=environ, mounts=tuple(mounts), secrets=tuple(dict.fromkeys(giver.secrets)))


def key_parts(state: RunState, path: TaskPath, vault: Vault) -> dict[str, str]:
    """What of an execution's grants its result may depend on, as parts of its cache key.

    Of a secret that is its name, never its value; of a config map the value, of a volume its name.
    """
    execution = state.executions[path]
    asked = state.plan.asked(execution.component)
    if not asked.grants:
        return {}
    try:
        return _key_parts(state, execution, asked, vault)
    except PenstockError as error:  # it will be told when the attempt starts, which no known result can prevent
        return {"grants": error.message()}


def _key_parts(state: RunState, execution: Execution, asked: Asked, vault: Vault) -> dict[str, str]:
    parts = {f"field:{one.name}": one.field_path for one in asked.fields}
    for source in asked.envs:
        name = resolve(state, execution, source.name)
        found = _config(vault, source.store, name)
        for variable, key in source.keys.items():
            value = key if source.store == "secret" else _digest(found.get(key))
            parts[f"{source.store}:{variable}"] = f"{name}/{value}"
    for folder in asked.folders:
        name = resolve(state, execution, folder.name)
        found = _config(vault, folder.kind, name)
        content = "".join(f"/{key}={_digest(found[key])}" for key in sorted(found))
        parts[f"{folder.kind}:{folder.path}"] = f"{name}{content}"
    return parts


def _config(vault: Vault, kind: str, name: Json) -> Values:
    """The values of a config map, empty for anything else."""
    if kind != "config map" or not isinstance(name, str) or not name:
        return {}
    return vault.read("config map", name) or {}


def resolve(state: RunState, execution: Execution, source: TaskInputParameter) -> Json:
    """The value of a parameter of the second document, seen from where the task stands; null if it has none.

    Raises:
        NotHonoured: There is no such task beside it, or no such input of what it stands in.
    """
    assert execution.parent is not None
    parent = state.executions[execution.parent]
    stray = stray_source(source, state.plan.component(parent.component))
    if stray:
        raise NotHonoured(task=execution.task, setting="a name", reason=stray)
    value: Json = None
    if source.task_output_parameter is not None:
        producer = state.executions[child_path(parent.path, source.task_output_parameter.producer_task)]
        value = producer.outputs.parameters.get(source.task_output_parameter.output_parameter_key)
    elif source.component_input_parameter:
        value = parent.inputs.parameters.get(source.component_input_parameter)
    elif source.runtime_value is not None:
        values = run_values(state, execution)
        given = parent.inputs.parameters | execution.inputs.parameters
        value = resolve_constant(constant_of(source.runtime_value), given, values)
    if value is not None and source.parameter_expression_selector:
        return select(source.parameter_expression_selector, value)
    return value


def stray_source(source: TaskInputParameter, around: ComponentSpec) -> str:
    """Why a name cannot come from there, seen from within the DAG `around`; empty if it can."""
    if source.task_output_parameter is not None:
        producer = source.task_output_parameter.producer_task
        if around.dag is None or producer not in around.dag.tasks:
            return f"it is to come from the task '{producer}', which is not beside it"
    name = source.component_input_parameter
    if name and name not in around.input_definitions.parameters:
        return f"it is to come from the input '{name}', which is not declared"
    return ""


class _Giver:
    """Collects values for one task, and what lacks."""

    def __init__(self, task: str, vault: Vault, resolve: Resolve) -> None:
        self.lacks: list[Lack] = []
        self.secrets: list[str] = []
        self._task = task
        self._vault = vault
        self._resolve = resolve

    def variables(self, source: EnvSource) -> dict[str, str]:
        name = self._name(source.name, f"the name of a {source.store}")
        if not name:
            return {}
        found = self._vault.read(source.store, name)
        if not source.optional:
            self.lacks += lacks(self._task, source, name, found)
        values: dict[str, str] = {}
        for variable, key in source.keys.items():
            if found is not None and key in found:
                values[variable] = self._text(found[key], variable, f"key '{key}' of the {source.store} '{name}'")
                if source.store == "secret":
                    self.secrets += masked_texts(values[variable])
        return values

    def mount(self, source: FolderSource, folder: Path) -> Mount | None:
        name = self._name(source.name, f"the name of a {source.kind}")
        if source.kind == "fresh folder":
            place = folder / "volumes" / (hashlib.sha256(name.encode()).hexdigest()[:16] if name else source.path[1:])
            place.mkdir(parents=True, exist_ok=True)
            return Mount(path=source.path, source=str(place))
        if not name:
            return None
        if source.kind == "volume":
            return self._volume(source, name)
        found = self._vault.read(source.kind, name)
        if found is None and not source.optional:
            self.lacks.append(Lack(task=self._task, kind=source.kind, name=name))
        files = dict(found or {})
        if source.kind == "secret":
            self.secrets += [text for data in files.values() for text in masked_texts(_decoded(data) or "")]
        return Mount(path=source.path, files=files)

    def _volume(self, source: FolderSource, name: str) -> Mount | None:
        place = self._vault.volume(name)
        if place is None:
            self.lacks.append(Lack(task=self._task, kind="volume", name=name))
            return None
        if source.sub_path:
            inner = posixpath.normpath(source.sub_path)
            if inner.startswith(("/", "..")):
                raise NotHonoured(task=self._task, setting="pvcMount", reason=f"{source.sub_path!r} leaves the volume")
            place = place / inner
            place.mkdir(parents=True, exist_ok=True)
        return Mount(path=source.path, source=str(place))

    def _name(self, source: TaskInputParameter, what: str) -> str:
        """The name; empty where the pipeline was given none, which Kubeflow takes for not asked."""
        value = self._resolve(source)
        if value is None or isinstance(value, str):
            return value or ""
        raise NotHonoured(task=self._task, setting=what, reason=f"{str(value)[:80]!r} is no text")

    def _text(self, data: bytes, variable: str, what: str) -> str:
        text = _decoded(data)
        if text is None or "\0" in text:
            reason = f"{what} is not text, and variables of the environment hold nothing else"
            advice = "mount it as a file instead"
            raise NotHonoured(task=self._task, setting=f"the variable {variable}", reason=reason, advice=advice)
        return text


def lacks(task: str, source: EnvSource, name: str, found: Values | None) -> list[Lack]:
    """What a task takes from a secret or a config map and is not there."""
    if found is None:
        return [Lack(task=task, kind=source.store, name=name, wanted=tuple(dict.fromkeys(source.keys.values())))]
    absent = dict.fromkeys(key for key in source.keys.values() if key not in found)
    return [Lack(task=task, kind=source.store, name=name, key=key) for key in absent]


def merged(lacks: Iterable[Lack]) -> list[Lack]:
    """The same, each once: what is wholly missing and taken in several ways is one."""
    found: dict[tuple[str, str, str, str], Lack] = {}
    for lack in lacks:
        ident = (lack.task, lack.kind, lack.name, lack.key)
        wanted = dict.fromkeys((*found[ident].wanted, *lack.wanted)) if ident in found else lack.wanted
        found[ident] = replace(lack, wanted=tuple(wanted))
    return list(found.values())


def masked_texts(value: str) -> list[str]:
    """What of a secret must not be seen in a log: the whole, and each line of a long one."""
    lines = [line.strip() for line in value.splitlines()] if "\n" in value.strip() else []
    return [text for text in (value.strip(), *(line for line in lines)) if len(text) >= MASKED_FROM]


def check_field(field_path: str, task: str = "") -> None:
    """Raises `NotHonoured` for a field of a pod that has no meaning where there is no pod."""
    if field_path not in _FIELDS[:-2] and not _METADATA.fullmatch(field_path):
        reason = f"{field_path!r} has no meaning where there is no pod"
        advice = f"it may be {', '.join(_FIELDS)}"
        raise NotHonoured(task=task, setting="fieldPathAsEnv", reason=reason, advice=advice)


def field_value(field_path: str, asked: Asked, run: Run, execution: Execution) -> str:
    """What a field of its pod is for a task that has no pod. Raises `NotHonoured`."""
    check_field(field_path, execution.task)
    metadata = _METADATA.fullmatch(field_path)
    if metadata is not None:
        mine = asked.labels if metadata[1] == "labels" else asked.annotations
        return mine.get(metadata[2], _kubeflows(run, execution).get(metadata[2], ""))
    name = re.sub(r"[^a-z0-9]+", "-", f"{run.run_id}-{execution.path}-{execution.attempt}".lower()).strip("-")
    match field_path:
        case "metadata.name":
            return name[-253:].strip("-")
        case "metadata.uid":
            import uuid

            return str(uuid.uuid5(uuid.NAMESPACE_URL, f"penstock:{name}"))
        case "spec.nodeName":
            return os.uname().nodename
        case "status.hostIP" | "status.podIP":
            return "127.0.0.1"
        case _:  # the namespace, the service account
            return "default"


def _kubeflows(run: Run, execution: Execution) -> dict[str, str]:
    """The labels and annotations that Kubeflow itself puts on a pod."""
    return {
        "pipeline/runid": run.run_id,
        "pipelines.kubeflow.org/run_name": run.display_name or run.run_id,
        "pipelines.kubeflow.org/task_name": execution.task,
    }


def _decoded(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _digest(data: bytes | None) -> str:
    return "" if data is None else hashlib.sha256(data).hexdigest()[:16]
