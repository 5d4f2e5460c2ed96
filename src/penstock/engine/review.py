"""Before a run starts: what of the second document cannot be honoured here, what lacks, and what is passed over.

Nothing is passed over in silence. What matters to the result, or to who may see it, is refused with the reason; what
only says where on a cluster a task should run is noted. A secret that is sure to be needed must be there; one behind a
condition or in a loop that may be empty is noted, because the run may do without.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from penstock.core.errors import PenstockError
from penstock.core.json import Json
from penstock.engine.errors import NotRunnable
from penstock.engine.grants import stray_source
from penstock.engine.lacks import Lack, NotGranted, lacks, merged
from penstock.engine.plan import ROOT_COMPONENT, Plan
from penstock.engine.pod import check_field
from penstock.engine.vault import Vault
from penstock.ir.parameters import constant_of
from penstock.ir.platform import (
    CREATE_VOLUME,
    KUBERNETES,
    Asked,
    PipelineConfig,
    claim_problem,
    pipeline_config,
    settings_of,
)
from penstock.ir.spec import ComponentSpec, ContainerSpec, TaskInputParameter, TaskSpec

MountingProblem = Callable[[ContainerSpec, Sequence[str]], str]
"""Why a task of that container cannot have folders at these paths; empty if it can."""

NOTED = {
    "nodeSelector": "there is one machine",
    "nodeAffinity": "there is one machine",
    "podAffinity": "there is one machine",
    "tolerations": "there is one machine",
    "imagePullSecret": "images are pulled as this machine's user",
    "imagePullPolicy": "the executor decides whether an image is pulled",
    "podMetadata": "labels and annotations are seen by the task alone, through fieldPathAsEnv",
    "enabledSharedMemory": "/dev/shm is the machine's, and as large",
}
"""Settings that are passed over, and why that does no harm."""

_REFUSED = {
    "initContainers": (
        "there is no pod for other containers beside the task",
        "do their work in a task of its own, before this one",
    ),
}
_TTL = ("resourceTtlOnCompletion", "resourceTtlOnSuccess", "resourceTtlOnFailure")
_CONFIG = frozenset({*_TTL, "activeDeadlineSeconds", "workspace"})


class Review(Struct, frozen=True, kw_only=True):
    """What a person should know before the run, where it is not refused."""

    ignored: list[str] = []
    """Settings that have no meaning here, and why."""
    warnings: list[str] = []
    """What will make a task fail, should the run come to it."""


def review(plan: Plan, parameters: Mapping[str, Json], vault: Vault, mounting: MountingProblem) -> Review:
    """Look at everything that the second document asks for.

    Args:
        plan: The pipeline.
        parameters: The run's, defaults included.
        vault: What there is.
        mounting: Tells whether the executor can show folders to tasks.

    Raises:
        NotRunnable: Something cannot be honoured; all of it is in the error.
        NotGranted: A secret, config map or volume lacks that is sure to be needed.
        InvalidField: A setting holds what it cannot hold.
    """
    if not plan.has_platform:
        return Review()
    asked = {name: plan.asked(name) for name, spec in plan.pipeline.components.items() if _has_executor(plan, spec)}
    _refuse(plan, asked, mounting)
    walk = _Walk(plan, vault)
    walk.dag(ROOT_COMPONENT, dict(parameters), sure=True)
    if walk.impossible:
        hint = "correct the pipeline; `penstock volumes create NAME --at FOLDER` makes a folder of yours a volume"
        raise NotRunnable(reasons=walk.impossible, hints=[hint])
    if walk.sure:
        raise NotGranted(lacks=merged(walk.sure))
    warnings = [f"{lack}: `{lack.remedy}`" for lack in merged(walk.perhaps)]
    return Review(ignored=list(_ignored(plan, asked)), warnings=warnings)


def _has_executor(plan: Plan, component: ComponentSpec) -> bool:
    return component.executor_label in plan.pipeline.deployment_spec.executors


# --- what cannot be honoured -------------------------------------------------------------------------------


def _refuse(plan: Plan, asked: Mapping[str, Asked], mounting: MountingProblem) -> None:
    reasons: dict[str, str] = {}
    hints: list[str] = []
    for component, wanted in asked.items():
        container = plan.executor(component).container or ContainerSpec()
        found = list(_problems(wanted, partial(mounting, container)))
        if found:
            reasons[_shown(component)] = "; ".join(f"{setting}: {reason}" for setting, reason, _ in found)
            hints += [advice for _, _, advice in found]
    for name in settings_of(pipeline_config(plan.document)):
        if name not in _CONFIG:
            reasons[f"pipelineConfig.{name}"] = "this version of Penstock does not know that setting"
            hints.append("compile the pipeline without it, or use a newer Penstock")
    if reasons:
        raise NotRunnable(reasons=reasons, hints=hints)


def _problems(asked: Asked, mounting: Callable[[Sequence[str]], str]) -> Iterator[tuple[str, str, str]]:
    """Setting, reason and advice for each thing that cannot be honoured."""
    for name in asked.others:
        if name in NOTED:
            continue
        unknown = "this version of Penstock does not know that setting", "compile the pipeline without it"
        yield (name, *_REFUSED.get(name, unknown))
    for one in asked.fields:
        try:
            check_field(one.field_path)
        except PenstockError as error:
            yield "fieldPathAsEnv", error.message().partition("honoured: ")[2], error.hint() or ""
    yield from _security_problems(asked)
    paths = [folder.path for folder in asked.folders]
    twice = sorted({path for path in paths if paths.count(path) > 1})
    if twice:
        yield f"two folders at {twice[0]}", "a task can find only one there", "give each a path of its own"
    reason = mounting(paths) if paths and not twice else ""
    if reason:
        yield "a folder that the task is to find", reason, "take variables of the environment, or another path"


def _security_problems(asked: Asked) -> Iterator[tuple[str, str, str]]:
    security, advice = asked.security, "leave it to the user who starts the run, or run the task in a container"
    if security is None:
        return
    if security.run_as_user is not None and security.run_as_user != os.getuid():
        yield "securityContext.runAsUser", f"tasks run as the user {os.getuid()} who started the run", advice
    if security.run_as_group is not None and security.run_as_group != os.getgid():
        yield "securityContext.runAsGroup", f"tasks run in the group {os.getgid()} of who started the run", advice
    if security.run_as_non_root and os.getuid() == 0:
        yield "securityContext.runAsNonRoot", "the run was started by root", "start it as another user"


# --- what is passed over -----------------------------------------------------------------------------------


def _ignored(plan: Plan, asked: Mapping[str, Asked]) -> Iterator[str]:
    tasks: dict[str, list[str]] = {}
    for component, wanted in asked.items():
        for name in wanted.others:
            if name in NOTED and not (name == "podMetadata" and _tells_all(wanted)):
                tasks.setdefault(name, []).append(_shown(component))
    alike: dict[tuple[str, str], list[str]] = {}
    for name, names in tasks.items():
        alike.setdefault((NOTED[name], ", ".join(names)), []).append(name)
    for (reason, of), settings in alike.items():
        yield f"{', '.join(settings)} of {of}: {reason}"
    if _makes_volumes(plan):
        yield "size, access modes and storage class of volumes: a volume is a folder"
    config: PipelineConfig = pipeline_config(plan.document)
    given = [name for name in settings_of(config) if name in _TTL]
    if given:
        yield f"{', '.join(given)}: the run's record is kept"
    others = [name for name in plan.document.platform.platforms if name != KUBERNETES]
    if others:
        yield f"settings for {', '.join(others)}: they are for another platform"


def _tells_all(asked: Asked) -> bool:
    """Whether each label and annotation reaches the task in a variable."""
    read = {one.field_path for one in asked.fields}
    given = {f"metadata.labels['{name}']" for name in asked.labels}
    return read >= given | {f"metadata.annotations['{name}']" for name in asked.annotations}


def _shown(component: str) -> str:
    return component.removeprefix("comp-")


# --- what lacks --------------------------------------------------------------------------------------------

_UNKNOWN: Any = object()
"""A value that shows only while the run goes on."""


class _Walk:
    """Goes through the pipeline with what is known of its values beforehand."""

    def __init__(self, plan: Plan, vault: Vault) -> None:
        self.sure: list[Lack] = []
        self.perhaps: list[Lack] = []
        self.impossible: dict[str, str] = {}
        """By task what makes no sense about its names: where they are to come from, or what they are."""
        self._plan = plan
        self._vault = vault
        self._made = _makes_volumes(plan)

    def dag(self, component: str, known: dict[str, Any], *, sure: bool) -> None:
        """Look at every task of a DAG.

        Args:
            component: The DAG.
            known: Its inputs.
            sure: Whether it is sure to run, unless something fails.
        """
        spec = self._plan.component(component).dag
        assert spec is not None
        for name, task in spec.tasks.items():
            certain = sure and not (task.trigger_policy and task.trigger_policy.condition) and _goes_round(task, known)
            inner = self._plan.component(task.component_ref.name)
            if inner.dag is not None:
                self.dag(task.component_ref.name, self._inputs(task, known), sure=certain)
            else:
                asked = self._plan.asked(task.component_ref.name)
                self._check_sources(name, asked, self._plan.component(component))
                self._check_claim(name, task, known)
                self._task(name, asked, known, sure=certain)

    def _check_sources(self, task: str, asked: Asked, around: ComponentSpec) -> None:
        reasons = [reason for source in asked.sources if (reason := stray_source(source, around))]
        if reasons:
            self.impossible[task] = "; ".join(dict.fromkeys(reasons))

    def _check_claim(self, name: str, task: TaskSpec, known: Mapping[str, Any]) -> None:
        container = self._plan.executor(task.component_ref.name).container
        if container is not None and container.image == CREATE_VOLUME:
            given = {key: value for key, value in self._inputs(task, known).items() if value is not _UNKNOWN}
            problem = claim_problem(given)
            if problem:
                self.impossible[name] = f"no such volume can be had here: {problem}"

    def _task(self, task: str, asked: Asked, known: Mapping[str, Any], *, sure: bool) -> None:
        found = self.sure if sure else self.perhaps
        for source in asked.envs:
            name = _value(source.name, known)
            if name and isinstance(name, str) and not source.optional:
                found += lacks(task, source, name, self._vault.read(source.store, name))
        for folder in asked.folders:
            name = _value(folder.name, known)
            if not name or not isinstance(name, str) or folder.optional or folder.kind == "fresh folder":
                continue
            if folder.kind == "volume":
                there = self._made or self._vault.volume(name) is not None
            else:
                there = self._vault.read(folder.kind, name) is not None
            if not there:
                found.append(Lack(task=task, kind=folder.kind, name=name))

    def _inputs(self, task: TaskSpec, known: Mapping[str, Any]) -> dict[str, Any]:
        declared = self._plan.component(task.component_ref.name).input_definitions.parameters
        inputs = {
            name: spec.default_value for name, spec in declared.items() if spec.default_value not in (UNSET, None)
        }
        given = {name: _value(source, known) for name, source in task.inputs.parameters.items()}
        inputs |= {name: value for name, value in given.items() if value is not None}
        if task.parameter_iterator is not None:
            inputs[task.parameter_iterator.item_input] = _UNKNOWN
        return inputs


def _value(source: TaskInputParameter, known: Mapping[str, Any]) -> Any:
    """What a parameter will be; `_UNKNOWN` if only the run can tell, None if it is given nothing."""
    if source.parameter_expression_selector or source.task_output_parameter or source.task_final_status:
        return _UNKNOWN
    if source.component_input_parameter:
        return known.get(source.component_input_parameter)
    value = None if source.runtime_value is None else constant_of(source.runtime_value)
    return _UNKNOWN if isinstance(value, str) and "{{$" in value else value


def _goes_round(task: TaskSpec, known: Mapping[str, Any]) -> bool:
    """Whether a loop is sure to have an iteration; any other task is sure to run once."""
    if task.artifact_iterator is not None:
        return False
    if task.parameter_iterator is None:
        return True
    items = task.parameter_iterator.items
    value: Any = items.raw
    if not value:
        source = task.inputs.parameters.get(items.input_parameter)
        value = _UNKNOWN if source is None else _value(source, known)
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except msgspec.DecodeError:
            return False
    return isinstance(value, list) and bool(value)


def _makes_volumes(plan: Plan) -> bool:
    """Whether the pipeline makes volumes itself: then nobody can tell beforehand which there will be."""
    executors = plan.pipeline.deployment_spec.executors.values()
    return any(one.container is not None and one.container.image == CREATE_VOLUME for one in executors)
