"""Why a task was executed or served from cache, in words."""

import re
from collections.abc import Mapping

from penstock.engine.plan import Plan
from penstock.metadata.explain import Change, Explanation, PartChange, Verdict, explain
from penstock.metadata.records import Execution, Run, State
from penstock.metadata.store import MetadataStore
from penstock.platform.report.words import one_line

_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{16,64})")

_NOUNS = {
    "code": "code of {}",
    "environment": "environment: {}",
    "env": "environment variable {}",
    "parameter": "parameter {}",
    "file": "file behind parameter {}",
    "input": "input {}",
    "component": "component",
    "command": "command",
    "image": "image",
    "output": "declared outputs",
    "key": "own cache key",
    "version": "rules of caching",
}


def reasons_for(store: MetadataStore, run: Run, execution: Execution, plan: Plan | None = None) -> list[str]:
    """Why `execution` was executed or not: one phrase for each reason.

    Args:
        store: Where earlier runs are.
        run: The run that it belongs to.
        execution: Which one.
        plan: The run's pipeline, to say where an input came from.
    """
    sources = {} if plan is None else input_sources(plan, store, execution)
    return words_of(explain(store, run, execution), sources, cache=takes_results(run))


def takes_results(run: Run) -> bool:
    """Whether the run was to take earlier results: not with `--no-cache`."""
    return run.options.get("cache") is not False


def words_of(explanation: Explanation, sources: Mapping[str, str] | None = None, *, cache: bool = True) -> list[str]:
    """An explanation in words.

    Args:
        explanation: In values.
        sources: For an input the task that gave it.
        cache: Whether the run was to take earlier results at all.
    """
    earlier = explanation.earlier
    match explanation.verdict:
        case Verdict.CACHED:
            return [f"served from cache: run {earlier.run_id}" if earlier else "served from cache"]
        case Verdict.CHANGED:
            return [_changed(change, sources or {}) for change in explanation.changes]
        case Verdict.NO_RESULT:
            return [_unused(explanation, cache=cache)]
        case Verdict.FIRST:
            return ["first time"]
        case Verdict.CACHING_OFF:
            return ["caching is off"]
        case Verdict.NOT_RUN:
            return ["not executed"]
        case _:
            return []


def input_sources(plan: Plan, store: MetadataStore, execution: Execution) -> dict[str, str]:
    """For each input of a task the task that gave it, where a task did."""
    holder = None if execution.parent is None else store.execution(execution.run_id, execution.parent)
    if holder is None:
        return {}
    task = plan.dag(holder.component).spec.tasks.get(execution.task)
    if task is None:
        return {}
    given = {name: spec.task_output_parameter for name, spec in task.inputs.parameters.items()}
    taken = {name: spec.task_output_artifact for name, spec in task.inputs.artifacts.items()}
    return {name: source.producer_task for name, source in {**given, **taken}.items() if source is not None}


def _unused(explanation: Explanation, *, cache: bool) -> str:
    """Why an earlier execution that was just the same did not do."""
    where = f"run {explanation.earlier.run_id}" if explanation.earlier else "an earlier run"
    if explanation.earlier_state is State.SUCCEEDED:
        return f"the result of {where} is there no more" if cache else "caching is off for this run"
    return f"nothing changed since {where}, where it ended as {explanation.earlier_state or 'nobody knows'}"


def _changed(change: PartChange, sources: Mapping[str, str]) -> str:
    noun = _NOUNS.get(change.kind, f"{change.kind} {{}}").format(one_line(change.name)).strip()
    if change.change is Change.ADDED:
        return f"{noun} is new"
    if change.change is Change.REMOVED:
        return f"{noun} is gone"
    source = sources.get(change.name) if change.kind in ("input", "parameter") else None
    origin = f", from {one_line(source)}" if source else ""
    return f"{noun} changed ({_brief(change.old)} → {_brief(change.new)}{origin})"


def _brief(text: str | None) -> str:
    """A digest by its first digits, anything else as it is."""
    digest = _DIGEST.fullmatch(text or "")
    return digest[1][:6] if digest else one_line(text or "")
