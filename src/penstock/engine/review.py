"""Before a run starts: what of the second document cannot be honoured here, what lacks, and what is passed over.

Nothing is passed over in silence. What matters to the result, or to who may see it, is refused with the reason; what
only says where on a cluster a task should run is noted. A secret that is sure to be needed must be there; one behind a
condition or in a loop that may be empty is noted, because the run may do without.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct

from penstock.core.errors import PenstockError
from penstock.core.json import Json
from penstock.engine.errors import NotRunnable
from penstock.engine.forecast import Forecast, makes_volumes
from penstock.engine.lacks import NotGranted, merged
from penstock.engine.plan import ROOT_COMPONENT, Plan
from penstock.engine.pod import check_field
from penstock.engine.vault import Vault
from penstock.ir.kubernetes import PipelineConfig, settings_of
from penstock.ir.platform import KUBERNETES, Asked, pipeline_config
from penstock.ir.spec import ComponentSpec, ContainerSpec

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
    forecast = Forecast(plan, vault)
    forecast.dag(ROOT_COMPONENT, dict(parameters), sure=True)
    if forecast.impossible:
        hint = "correct the pipeline; `penstock volumes create NAME --at FOLDER` makes a folder of yours a volume"
        raise NotRunnable(reasons=forecast.impossible, hints=[hint])
    if forecast.sure:
        raise NotGranted(lacks=merged(forecast.sure))
    warnings = [f"{lack}: `{lack.remedy}`" for lack in merged(forecast.perhaps)]
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
    if makes_volumes(plan):
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
