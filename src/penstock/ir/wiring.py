"""Whether the tasks of one DAG are wired rightly: every reference leads somewhere, and nothing waits for itself."""

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from penstock.ir.fitting import check_fit
from penstock.ir.graph import find_cycles, upstream_tasks
from penstock.ir.parameters import constant_of
from penstock.ir.placeholders import placeholders_in
from penstock.ir.problems import Code, Problem, unknown_name
from penstock.ir.spec import (
    ComponentSpec,
    DagSpec,
    PipelineSpec,
    TaskInputArtifact,
    TaskInputParameter,
    TaskSpec,
    ValueOrRuntimeParameter,
)
from penstock.ir.wording import join

CHANNEL = "pipelinechannel--"
"""What the names begin with that compilers give to the inputs that stand in for placeholders."""


def check_dag(place: str, component: ComponentSpec, pipeline: PipelineSpec) -> list[Problem]:
    """What is wrong in the DAG of `component`, which stands at `place`."""
    return list(_Wiring(place, component, pipeline).problems())


class _Wiring:
    """One DAG, with what its tasks refer to."""

    def __init__(self, place: str, component: ComponentSpec, pipeline: PipelineSpec) -> None:
        assert component.dag is not None
        self.place = f"{place}.dag"
        self.dag: DagSpec = component.dag
        self.surrounding = component
        self.components = pipeline.components

    def problems(self) -> Iterator[Problem]:
        for name, task in self.dag.tasks.items():
            yield from self._check_name(name)
            yield from self._check_task(join(f"{self.place}.tasks", name), task)
        yield from self._check_order()
        yield from self._check_outputs()

    # --- tasks ------------------------------------------------------------------------------------------

    def _check_name(self, name: str) -> Iterator[Problem]:
        """A task's path, as in `train.fit` and `each[3]`, must not be that of another one inside its neighbour."""
        place = join(f"{self.place}.tasks", name)
        if not name:
            yield Problem(Code.TASK_NAME, place, "a task has no name", "give it one")
        for end in (index for index, letter in enumerate(name) if letter in ".["):
            if name[:end] in self.dag.tasks:
                text = f"the name reads as something inside of task {name[:end]!r}, which is there too"
                yield Problem(Code.TASK_NAME, place, text, "give one of them another name")

    def _check_task(self, place: str, task: TaskSpec) -> Iterator[Problem]:
        reference = task.component_ref.name
        component = self.components.get(reference)
        if component is None:
            yield unknown_name(Code.NO_COMPONENT, f"{place}.componentRef", "component", reference, self.components)
        for index, name in enumerate(task.dependent_tasks):
            yield from self._check_producer(f"{place}.dependentTasks[{index}]", name)
        for name, parameter in task.inputs.parameters.items():
            yield from self._check_parameter(join(f"{place}.inputs.parameters", name), parameter, task)
        for name, artifact in task.inputs.artifacts.items():
            yield from self._check_artifact(join(f"{place}.inputs.artifacts", name), artifact)
        if component is not None:
            yield from check_fit(component, place, task)

    def _check_producer(self, place: str, task: str) -> Iterator[Problem]:
        if task not in self.dag.tasks:
            yield unknown_name(Code.NO_TASK, place, "task", task, self.dag.tasks)

    def _check_parameter(self, place: str, parameter: TaskInputParameter, task: TaskSpec) -> Iterator[Problem]:
        output, value, status = (
            parameter.task_output_parameter,
            parameter.runtime_value,
            parameter.task_final_status,
        )
        yield from _check_one_source(place, parameter, (output, value, parameter.component_input_parameter, status))
        if output is not None:
            yield from self._check_output(
                f"{place}.taskOutputParameter", output.producer_task, "parameters", output.output_parameter_key
            )
        if status is not None:
            yield from self._check_producer(f"{place}.taskFinalStatus.producerTask", status.producer_task)
        if parameter.component_input_parameter:
            yield from self._check_input(
                f"{place}.componentInputParameter", "parameters", parameter.component_input_parameter
            )
        if value is not None:
            yield from self._check_value(f"{place}.runtimeValue", value, task)

    def _check_artifact(self, place: str, artifact: TaskInputArtifact) -> Iterator[Problem]:
        output = artifact.task_output_artifact
        yield from _check_one_source(place, artifact, (output, artifact.component_input_artifact))
        if output is not None:
            yield from self._check_output(
                f"{place}.taskOutputArtifact", output.producer_task, "artifacts", output.output_artifact_key
            )
        if artifact.component_input_artifact:
            yield from self._check_input(
                f"{place}.componentInputArtifact", "artifacts", artifact.component_input_artifact
            )

    def _check_value(self, place: str, value: ValueOrRuntimeParameter, task: TaskSpec) -> Iterator[Problem]:
        if value.runtime_parameter:
            yield from self._check_input(f"{place}.runtimeParameter", "parameters", value.runtime_parameter)
        elif value.constant is UNSET and value.constant_value is UNSET:
            yield Problem(Code.WRONG_SOURCE, place, "it has no value", 'give a `constant`, e.g. `{"constant": 3}`')
        constant = constant_of(value)
        if not isinstance(constant, str) or "\n" in constant:
            return
        for placeholder in placeholders_in(constant):
            known, name = task.inputs.parameters, placeholder.name
            if name not in known and name.startswith(CHANNEL):  # any other is text of the author's own
                yield unknown_name(Code.WRONG_PLACEHOLDER, place, "input parameter", name, known)

    def _check_input(self, place: str, kind: str, name: str) -> Iterator[Problem]:
        known = getattr(self.surrounding.input_definitions, kind)
        if name not in known:
            yield unknown_name(Code.NO_INPUT, place, f"input {kind[:-1]} of the surrounding component", name, known)

    def _check_output(self, place: str, producer: str, kind: str, name: str) -> Iterator[Problem]:
        if producer not in self.dag.tasks:
            yield unknown_name(Code.NO_TASK, place, "task", producer, self.dag.tasks)
            return
        component = self.components.get(self.dag.tasks[producer].component_ref.name)
        if component is not None and name not in (known := getattr(component.output_definitions, kind)):
            yield unknown_name(Code.NO_OUTPUT, place, f"output {kind[:-1]} of task {producer!r}", name, known)

    # --- the DAG as a whole -----------------------------------------------------------------------------

    def _check_order(self) -> Iterator[Problem]:
        tasks = self.dag.tasks
        upstream = {name: [up for up in upstream_tasks(task) if up in tasks] for name, task in tasks.items()}
        for cycle in find_cycles(upstream):
            place = join(f"{self.place}.tasks", cycle[-1])
            way = " → ".join(cycle)
            yield Problem(
                Code.TASK_CYCLE, place, f"tasks wait for each other: {way}", "take one of these dependencies away"
            )

    def _check_outputs(self) -> Iterator[Problem]:
        outputs, declared = self.dag.outputs, self.surrounding.output_definitions
        for name, parameter in outputs.parameters.items():
            place = join(f"{self.place}.outputs.parameters", name)
            one_of = parameter.value_from_oneof.parameter_selectors if parameter.value_from_oneof else []
            selectors = [*([parameter.value_from_parameter] if parameter.value_from_parameter else []), *one_of]
            if not selectors:
                yield Problem(Code.OUTPUT_MISSING, place, "it selects nothing", "name a task and its output")
            for selector in selectors:
                yield from self._check_output(
                    place, selector.producer_subtask, "parameters", selector.output_parameter_key
                )
        for name, artifact in outputs.artifacts.items():
            place = join(f"{self.place}.outputs.artifacts", name)
            for chosen in artifact.artifact_selectors:
                yield from self._check_output(place, chosen.producer_subtask, "artifacts", chosen.output_artifact_key)
        for kind, missing in (
            ("parameters", declared.parameters.keys() - outputs.parameters.keys()),
            ("artifacts", declared.artifacts.keys() - outputs.artifacts.keys()),
        ):
            for name in sorted(missing):
                text = f"the output {kind[:-1]} {name!r} is declared, and comes from no task"
                yield Problem(
                    Code.OUTPUT_MISSING, f"{self.place}.outputs.{kind}", text, "select a task's output for it"
                )


def _check_one_source(place: str, message: Any, sources: tuple[Any, ...]) -> Iterator[Problem]:
    count = sum(bool(source) or (source is not None and source != "") for source in sources)
    if count > 1:
        yield Problem(Code.WRONG_SOURCE, place, "it has more than one source", "a value comes from one place: keep one")
    if count == 0 and not message.unknown_fields:
        yield Problem(
            Code.WRONG_SOURCE, place, "it has no source", "give a constant, a task's output or a component's input"
        )
