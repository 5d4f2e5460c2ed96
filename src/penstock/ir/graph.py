"""The order among tasks, and cycles in it."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from penstock.ir.spec import TaskSpec


def upstream_tasks(task: TaskSpec) -> list[str]:
    """The tasks of the same DAG that have to end before `task` can start: named ones and producers of its inputs.

    Each once, in the order of mention; whether they exist is not looked at.
    """
    names = dict.fromkeys(task.dependent_tasks)
    for parameter in task.inputs.parameters.values():
        if parameter.task_output_parameter is not None:
            names[parameter.task_output_parameter.producer_task] = None
        if parameter.task_final_status is not None:
            names[parameter.task_final_status.producer_task] = None
    for artifact in task.inputs.artifacts.values():
        if artifact.task_output_artifact is not None:
            names[artifact.task_output_artifact.producer_task] = None
    return list(names)


def find_cycles(upstream: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Cycles in a graph, each as the names along it, the first one again at the end. No two share a name.

    Args:
        upstream: By name, the names that come before it.
    """
    remaining = {name: set(before) for name, before in upstream.items()}
    cycles: list[list[str]] = []
    while True:
        try:
            TopologicalSorter(remaining).prepare()
        except CycleError as error:
            cycle: list[str] = error.args[1]
            cycles.append(cycle)
            gone = set(cycle)
            remaining = {name: before - gone for name, before in remaining.items() if name not in gone}
        else:
            return cycles
