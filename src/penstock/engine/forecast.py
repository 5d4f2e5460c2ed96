"""What of a pipeline is known before it runs: which secrets and volumes its tasks will ask for, and which lack.

Names that are constants, or inputs of the pipeline, are followed into nested pipelines. What only the run can tell,
such as the output of a task or the item of a loop, is left to it.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET

from penstock.engine.grants import stray_source
from penstock.engine.lacks import Lack, lacks
from penstock.engine.plan import Plan
from penstock.engine.vault import Vault
from penstock.ir.parameters import constant_of
from penstock.ir.platform import CREATE_VOLUME, Asked, claim_problem
from penstock.ir.spec import ComponentSpec, TaskInputParameter, TaskSpec

_UNKNOWN: Any = object()
"""A value that shows only while the run goes on."""


class Forecast:
    """Goes through the pipeline with what is known of its values beforehand."""

    def __init__(self, plan: Plan, vault: Vault) -> None:
        self.sure: list[Lack] = []
        """What lacks and is sure to be needed."""
        self.perhaps: list[Lack] = []
        """What lacks and may be needed."""
        self.impossible: dict[str, str] = {}
        """By task what makes no sense about its names: where they are to come from, or what they are."""
        self._plan = plan
        self._vault = vault
        self._made = makes_volumes(plan)

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


def makes_volumes(plan: Plan) -> bool:
    """Whether the pipeline makes volumes itself: then nobody can tell beforehand which there will be."""
    executors = plan.pipeline.deployment_spec.executors.values()
    return any(one.container is not None and one.container.image == CREATE_VOLUME for one in executors)
