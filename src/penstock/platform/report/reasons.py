"""Why a task was executed or served from cache, in words."""

import re
from collections.abc import Mapping
from functools import cached_property

from penstock.core.errors import PenstockError
from penstock.core.ids import RunId, TaskPath
from penstock.core.json import Json
from penstock.engine.plan import Plan
from penstock.engine.reuse import is_anew
from penstock.ir.document import parse_canonical
from penstock.ir.manifest import read_manifest
from penstock.ir.spec import TaskSpec
from penstock.metadata.explain import Change, Explanation, PartChange, Verdict, explain
from penstock.metadata.records import Execution, ExecutionKind, Run, State
from penstock.metadata.store import MetadataStore
from penstock.platform.report.differences import CodeDifference, code_differences, value_difference
from penstock.platform.report.words import duration, one_line

_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{16,64})")
_DEEPEST = 10
"""Tasks that are gone back through, at most, to where a difference began."""

_READ = ", which the code reads,"
_NOUNS = {
    "env": "environment variable {}",
    "variable": f"environment variable {{}}{_READ}",
    "parameter": "parameter {}",
    "file": "file behind parameter {}",
    "data": f"file {{}}{_READ}",
    "input": "input {}",
    "component": "component",
    "command": "command",
    "image": "image",
    "cache": "its version",
    "output": "declared outputs",
    "key": "own cache key",
    "version": "rules of caching",
    "secret": "secret for {}",
}
_PARTS_OF_MODULES = {
    "<module>": "what {} does when it is imported",
    "*": "code of {}",
    "__doc__": "docstring of {}",
    "<text>": "text of {}",
}
_SILENT = frozenset({"data", "variable", "command", "output", "version"})
"""Kinds whose values are digests, which say nothing."""
_TELLING = frozenset({"image", "cache", "env", "parameter", "key"})
"""Kinds whose values say something alone."""


class Reasons:
    """Why the tasks of one run were executed or not."""

    def __init__(self, store: MetadataStore, run: Run, plan: Plan | None = None) -> None:
        self._store = store
        self._run = run
        self._plan = plan
        self._plans: dict[RunId, Plan | None] = {}

    def explanation(self, execution: Execution) -> Explanation:
        """Why, in values."""
        return explain(self._store, self._run, execution, fresh_for=self._fresh_for(execution))

    def words(self, execution: Execution, explanation: Explanation | None = None, *, deep: bool = False) -> list[str]:
        """One phrase for each reason.

        Args:
            execution: Which task.
            explanation: Why, in values, if that is known.
            deep: Of an input that differs say also why the task differs that gave it.
        """
        found = explanation or self.explanation(execution)
        match found.verdict:
            case Verdict.CACHED:
                return [f"served from cache: run {found.earlier.run_id}" if found.earlier else "served from cache"]
            case Verdict.CHANGED:
                asked = [_ASKED] if is_anew(self._run, execution.path) else []
                return asked + [self._changed(execution, found, change, deep=deep) for change in found.changes]
            case Verdict.STALE | Verdict.NO_RESULT:
                return [self._unused(execution, found)]
            case Verdict.FIRST:
                return ["first time: no earlier run has it"]
            case Verdict.CACHING_OFF:
                return [self._off(execution)]
            case Verdict.WAITING:
                return [f"waits for {_run(found)}, which computes the same"]
            case Verdict.NOT_RUN:
                return ["not executed"]
            case _:
                return []

    def differences(self, execution: Execution, explanation: Explanation) -> list[CodeDifference]:
        """What was changed in the code, where both versions are at hand."""
        earlier = self._earlier(explanation)
        if earlier is None or not any(change.kind == "code" for change in explanation.changes):
            return []
        old = self._plan_of(earlier.run_id)
        if old is None or earlier.component not in old.pipeline.components:
            return []
        return code_differences(
            old.container(earlier.component), self.plan.container(execution.component), explanation.changes
        )

    @cached_property
    def plan(self) -> Plan:
        """The run's pipeline."""
        return self._plan or Plan(parse_canonical(self._store.spec(self._run.spec)))

    # --- one reason ---------------------------------------------------------------------------------------

    def _changed(self, execution: Execution, found: Explanation, change: PartChange, *, deep: bool) -> str:
        if change.kind == "code":
            return _code(change)
        if change.kind == "environment":
            return _environment(change)
        noun = _NOUNS.get(change.kind, f"{change.kind} {{}}").format(one_line(change.name)).strip()
        if change.change is not Change.CHANGED:
            return _new_or_gone(change, noun)
        if change.kind == "data" and "absent" in (change.old, change.new):
            return f"{noun} is {'there now' if change.old == 'absent' else 'there no more'}"
        if change.kind in _SILENT:
            return f"{noun} changed"
        origin = self._origin(execution, change, deep=deep) if change.kind in ("input", "parameter") else ""
        return f"{noun} changed ({self._values(execution, found, change)}{origin})"

    def _values(self, execution: Execution, found: Explanation, change: PartChange) -> str:
        """Both values of a part; of a long parameter only where they differ."""
        earlier = self._earlier(found) if change.kind == "parameter" else None
        if earlier is None or not (_DIGEST.fullmatch(change.old or "") or _DIGEST.fullmatch(change.new or "")):
            return f"{_brief(change.old)} → {_brief(change.new)}"
        values: list[Json] = [one.inputs.parameters.get(change.name) for one in (earlier, execution)]
        place, old, new = value_difference(*values)
        return f"{place}: {old} → {new}" if place else f"{old} → {new}"

    def _origin(self, execution: Execution, change: PartChange, *, deep: bool) -> str:
        """The task that gave an input, and why that was another one."""
        source = self.sources(execution).get(change.name)
        if source is None:
            return ""
        origin = f", from {one_line(source)}"
        return origin + self._cause(execution, source) if deep else origin

    def _cause(self, execution: Execution, source: str, depth: int = 0) -> str:
        if execution.parent is None or depth > _DEEPEST:
            return ""
        path = TaskPath(f"{execution.parent}.{source}" if execution.parent else source)
        given = self._store.execution(self._run.run_id, path)
        if given is None or given.kind is not ExecutionKind.TASK or given.reused is not None:
            return ""
        found = self.explanation(given)
        for change in found.changes:
            if change.kind in ("input", "parameter"):
                further = self.sources(given).get(change.name)
                if further is not None:
                    cause = self._cause(given, further, depth + 1)
                    return f", from {one_line(further)}{cause}"
        words = self.words(given, found)
        return f": {words[0]}" if words else ""

    def _unused(self, execution: Execution, found: Explanation) -> str:
        """Why an earlier execution that was just the same did not do."""
        if is_anew(self._run, execution.path):
            return _ASKED
        if not takes_results(self._run):
            return "caching is off for this run (`--no-cache`)"
        if found.verdict is Verdict.STALE:
            limit = _limit(self._fresh_for(execution) or 0.0)
            return f"the result of {_run(found)} is older than {limit}: it was {duration(found.age)} old"
        if found.earlier_state is State.SUCCEEDED:
            return f"the result of {_run(found)} is there no more: its files are gone"
        return f"nothing changed since {_run(found)}, where it ended as {found.earlier_state or 'nobody knows'}"

    def _off(self, execution: Execution) -> str:
        task = self._task(execution)
        if task is not None and any(one.task_final_status for one in task.inputs.parameters.values()):
            return "caching is off: it tells how a run ended"
        if task is not None and task.trigger_policy and task.trigger_policy.strategy == "ALL_UPSTREAM_TASKS_COMPLETED":
            return "caching is off for this task, which runs however others ended"
        return "caching is off for this task (`cache=False`)" if self._is_ours(execution) else _OFF_ELSEWHERE

    # --- looking things up --------------------------------------------------------------------------------

    def sources(self, execution: Execution) -> dict[str, str]:
        """For each input of a task the task that gave it, where a task did."""
        task = self._task(execution)
        if task is None:
            return {}
        given = {name: spec.task_output_parameter for name, spec in task.inputs.parameters.items()}
        taken = {name: spec.task_output_artifact for name, spec in task.inputs.artifacts.items()}
        return {name: source.producer_task for name, source in {**given, **taken}.items() if source is not None}

    def _task(self, execution: Execution) -> TaskSpec | None:
        holder = None if execution.parent is None else self._store.execution(execution.run_id, execution.parent)
        return None if holder is None else self.plan.dag(holder.component).spec.tasks.get(execution.task)

    def _fresh_for(self, execution: Execution) -> float | None:
        return self.plan.work(execution.component, {}).fresh_for if execution.kind is ExecutionKind.TASK else None

    def _is_ours(self, execution: Execution) -> bool:
        return read_manifest(self.plan.container(execution.component)) is not None

    def _earlier(self, explanation: Explanation) -> Execution | None:
        earlier = explanation.earlier
        return None if earlier is None else self._store.execution(earlier.run_id, earlier.path)

    def _plan_of(self, run_id: RunId) -> Plan | None:
        """The pipeline of another run; None if that is stored no more."""
        if run_id not in self._plans:
            try:
                self._plans[run_id] = Plan(parse_canonical(self._store.spec(self._store.run(run_id).spec)))
            except PenstockError:  # removed by `penstock gc` meanwhile
                self._plans[run_id] = None
        return self._plans[run_id]


_ASKED = "run again because that was asked for"
_OFF_ELSEWHERE = "caching is off for this task (`enableCache`)"


def reasons_for(store: MetadataStore, run: Run, execution: Execution, plan: Plan | None = None) -> list[str]:
    """Why `execution` was executed or not: one phrase for each reason.

    Args:
        store: Where earlier runs are.
        run: The run that it belongs to.
        execution: Which one.
        plan: The run's pipeline, if it is known.
    """
    return Reasons(store, run, plan).words(execution)


def takes_results(run: Run) -> bool:
    """Whether the run was to take earlier results: not with `--no-cache`."""
    return run.options.get("cache") is not False


def _new_or_gone(change: PartChange, noun: str) -> str:
    is_new = change.change is Change.ADDED
    if noun.endswith(_READ):
        return f"it reads {noun.removesuffix(_READ)} {'now' if is_new else 'no more'}"
    value = change.new if is_new else change.old
    shown = f" ({_brief(value)})" if change.kind in _TELLING and not _DIGEST.fullmatch(value or "") else ""
    return f"{noun} is {'new' if is_new else 'gone'}{shown}"


def _limit(seconds: float) -> str:
    """A length of time as the author may have written it: `6h`, `1h30m`."""
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        count, seconds = divmod(seconds, size)
        parts += [f"{count:.0f}{unit}"] if count else []
    return "".join([*parts, f"{seconds:g}s"] if seconds else parts)


def _run(found: Explanation) -> str:
    return f"run {found.earlier.run_id}" if found.earlier else "an earlier run"


def _code(change: PartChange) -> str:
    if change.name == "<order of imports>":
        return "the order changed in which modules are imported"
    file, _, part = change.name.rpartition(":")
    if part in _PARTS_OF_MODULES:
        return f"{_PARTS_OF_MODULES[part].format(one_line(file))} {_VERBS[change.change]}"
    if change.change is Change.ADDED:
        return f"it uses {one_line(change.name)} now"
    if change.change is Change.REMOVED:
        return f"it uses {one_line(change.name)} no more"
    return f"code of {one_line(change.name)} changed"


_VERBS: Mapping[Change, str] = {
    Change.ADDED: "counts now",
    Change.REMOVED: "counts no more",
    Change.CHANGED: "changed",
}


def _environment(change: PartChange) -> str:
    name = {"python": "Python", "requirements": "requirements"}.get(change.name, one_line(change.name))
    if change.change is Change.ADDED:
        return f"it runs with {name} {_brief(change.new)} now"
    if change.change is Change.REMOVED:
        return f"it runs without {name} now, which was {_brief(change.old)}"
    return f"{name} {_brief(change.old)} → {_brief(change.new)}"


def _brief(text: str | None) -> str:
    """A digest by its first digits, anything else as it is."""
    digest = _DIGEST.fullmatch(text or "")
    return digest[1][:6] if digest else one_line(text or "")
