"""What a DAG or a loop gives back once all within it has finished."""

from collections.abc import Callable

from penstock.core.ids import ArtifactId
from penstock.core.json import Json
from penstock.engine.errors import OutputUnavailable
from penstock.engine.plan import Plan
from penstock.ir.spec import ComponentSpec, DagOutputParameter, DagSpec, ParameterSelector
from penstock.metadata.records import Bindings, Execution, ExecutionKind


def dag_outputs(dag: DagSpec, child: Callable[[str], Execution]) -> Bindings:
    """A DAG's outputs, taken from its children. What only skipped tasks would give is left out.

    Raises:
        OutputUnavailable: None of the branches that may give a value has run.
    """
    parameters: dict[str, Json] = {}
    for name, output in dag.outputs.parameters.items():
        found = _first_parameter(output, child)
        if found:
            parameters[name] = found[0]
        elif output.value_from_oneof is not None:
            raise OutputUnavailable(task=_selectors(output)[0].producer_subtask, output=name)
    artifacts: dict[str, list[ArtifactId]] = {}
    for name, selected in dag.outputs.artifacts.items():
        selectors = selected.artifact_selectors
        for selector in selectors:
            ids = child(selector.producer_subtask).outputs.artifacts.get(selector.output_artifact_key)
            if ids is not None:
                artifacts[name] = ids
                break
        else:
            if len(selectors) > 1:
                raise OutputUnavailable(task=selectors[0].producer_subtask, output=name)
    return Bindings(parameters=parameters, artifacts=artifacts)


def _selectors(output: DagOutputParameter) -> list[ParameterSelector]:
    if output.value_from_oneof is not None:
        return output.value_from_oneof.parameter_selectors
    return [output.value_from_parameter] if output.value_from_parameter is not None else []


def _first_parameter(output: DagOutputParameter, child: Callable[[str], Execution]) -> list[Json]:
    """The value of the first branch that gave one, in a list; an empty list if none did. (A value may be null.)"""
    for selector in _selectors(output):
        outputs = child(selector.producer_subtask).outputs.parameters
        if selector.output_parameter_key in outputs:
            return [outputs[selector.output_parameter_key]]
    return []


def loop_outputs(component: ComponentSpec, iterations: list[Execution], collects: Callable[[str], bool]) -> Bindings:
    """A loop's outputs: for each name, what the iterations gave, in order; those that gave none are left out.

    Args:
        component: The loop's body.
        iterations: All of them.
        collects: Whether an output of the body comes from a loop within. Such a list is joined rather than nested, as
            on Kubeflow.
    """
    parameters: dict[str, Json] = {}
    for name in component.output_definitions.parameters:
        given = [i.outputs.parameters[name] for i in iterations if name in i.outputs.parameters]
        parameters[name] = _joined(given) if collects(name) else given
    artifacts = {
        name: [artifact for i in iterations for artifact in i.outputs.artifacts.get(name, [])]
        for name in component.output_definitions.artifacts
    }
    return Bindings(parameters=parameters, artifacts=artifacts)


def collects(plan: Plan, component: str, output: str) -> bool:
    """Whether an output parameter of a DAG comes, however deep, from a loop: then it is a list that was collected."""
    dag = plan.component(component).dag
    selected = dag.outputs.parameters.get(output) if dag is not None else None
    if dag is None or selected is None:
        return False
    for selector in _selectors(selected):
        task = dag.tasks[selector.producer_subtask]
        if plan.kind(task) is ExecutionKind.LOOP:
            return True
        if collects(plan, task.component_ref.name, selector.output_parameter_key):
            return True
    return False


def _joined(lists: list[Json]) -> list[Json]:
    joined: list[Json] = []
    for items in lists:
        joined.extend(items if isinstance(items, list) else [items])
    return joined
