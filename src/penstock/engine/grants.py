"""What an attempt is given beyond its inputs: variables, and folders at the paths where it looks for them.

The pipeline's second document says what a task asks for: secrets, config maps, volumes. Here that becomes values,
when the attempt starts and not before: a secret is read from the vault, handed to the executor in the work order,
and stored nowhere. What counts for the cache is the secret's name.
"""

import hashlib
import json
import posixpath
from collections.abc import Callable
from pathlib import Path

from penstock.core.errors import PenstockError
from penstock.core.ids import TaskPath
from penstock.core.json import Json
from penstock.engine.conditions import select
from penstock.engine.executor import Grants, Mount
from penstock.engine.lacks import Lack, NotGranted, NotHonoured, lacks, merged
from penstock.engine.pod import field_value
from penstock.engine.run_values import run_values
from penstock.engine.state import RunState, child_path
from penstock.engine.vault import Values, Vault
from penstock.ir.parameters import constant_of
from penstock.ir.placeholders import resolve_constant
from penstock.ir.platform import Asked, EnvSource, FolderSource
from penstock.ir.spec import ComponentSpec, TaskInputParameter
from penstock.metadata.records import Execution

MASKED_FROM = 4
"""Characters: a secret that is shorter is not blotted out of logs, since too much else would be."""

Resolve = Callable[[TaskInputParameter], Json]


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


def masked_texts(value: str) -> list[str]:
    """What of a secret must not be seen in a log: the whole, also as Python and JSON write it, and each line of it."""
    whole = value.strip()
    lines = [line.strip() for line in whole.splitlines()]
    written = [whole, repr(whole)[1:-1], json.dumps(whole)[1:-1], *lines]
    return list(dict.fromkeys(text for text in written if len(text) >= MASKED_FROM))


def _decoded(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _digest(data: bytes | None) -> str:
    return "" if data is None else hashlib.sha256(data).hexdigest()[:16]
