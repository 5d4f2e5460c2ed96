"""Where a model came from: its run, the code and the parameters of the tasks on its way."""

from penstock.metadata.errors import RunNotFound
from penstock.metadata.lineage import upstream
from penstock.metadata.records import Execution
from penstock.metadata.registry import ModelVersion
from penstock.metadata.store import MetadataStore
from penstock.platform.card.parts import Block, Facts, Prose, Section, Table
from penstock.platform.report.words import moment, shorten, value

_MOST_TASKS = 40


def lineage_section(store: MetadataStore, version: ModelVersion) -> Section:
    """The run, then each task, from the model back."""
    if version.run_id is None:
        return Section("Lineage", [Prose("The model was made elsewhere; how is not on record.")])
    facts = {"run": str(version.run_id), "task": str(version.path or ""), "artifact": str(version.artifact_id or "")}
    try:
        run = store.run(version.run_id)
        given = {name: value(data, 80) for name, data in run.parameters.items()}
        facts |= {"pipeline": run.pipeline, "from": run.source, "started": moment(run.started_at or run.created_at)}
        facts |= {f"parameter {name}": text for name, text in given.items()}
    except RunNotFound:
        facts["pipeline"] = "the run was removed"
    blocks: list[Block] = [Facts({name: text for name, text in facts.items() if text})]
    if version.artifact_id is not None:
        found = upstream(store, [version.artifact_id], limit=_MOST_TASKS)
        rows = [_task(execution) for execution in found.executions.values()]
        if rows:
            blocks.append(Table(heads=["task", "run", "parameters", "code"], rows=rows))
    return Section("Lineage", blocks)


def _task(execution: Execution) -> list[str]:
    parts = execution.key.parts if execution.key is not None else {}
    code = [name.removeprefix("code:") for name in parts if name.startswith("code:")]
    given = ", ".join(f"{name}={value(data, 40)}" for name, data in execution.inputs.parameters.items())
    return [execution.path, execution.run_id, shorten(given, 200), shorten(", ".join(code), 200)]
