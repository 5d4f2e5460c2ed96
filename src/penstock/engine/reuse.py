"""Whether a task may take an earlier result: not in a run that wants none, nor where a person wants it done anew.

What is to be done anew is kept with the run (`options["anew"]`) as places: each stands for itself and for all that
is below it. So it holds after a crash too, and only where it was meant.
"""

from collections.abc import Iterable, Mapping

from penstock.core.ids import TaskPath
from penstock.engine.plan import ROOT, Plan
from penstock.engine.state import child_path
from penstock.metadata.records import Execution, ExecutionKind, Run

ANEW = "anew"
RERUN_OF = "rerun_of"


def may_reuse(run: Run, path: TaskPath) -> bool:
    """Whether a task of a run takes the result that the cache has for it."""
    return bool(run.options.get("cache", True)) and not is_anew(run, path)


def is_anew(run: Run, path: TaskPath) -> bool:
    """Whether a person wants this task done again, whatever is known."""
    places = run.options.get(ANEW)
    return isinstance(places, list) and any(
        path == place or path.startswith((f"{place}.", f"{place}[")) for place in places
    )


def depending_on(plan: Plan, executions: Mapping[TaskPath, Execution], path: TaskPath) -> list[TaskPath]:
    """An execution, and the places of all that may depend on it: what comes after it, and after each that holds it."""
    places = [path]
    execution = executions[path]
    while execution.parent is not None:
        holder = executions[execution.parent]
        if holder.kind is ExecutionKind.DAG:
            for name in _downstream(plan, holder.component, execution.task):
                places.append(child_path(holder.path, name))
        execution = holder
    return [place for place in places if place != ROOT] or [path]


def _downstream(plan: Plan, component: str, task: str) -> Iterable[str]:
    downstream = plan.dag(component).downstream
    found: dict[str, None] = {}
    agenda = [task]
    while agenda:
        for name in downstream[agenda.pop()]:
            if name not in found:
                found[name] = None
                agenda.append(name)
    return found
