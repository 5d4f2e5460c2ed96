"""How a run ended: state, time, counts, outputs, metrics, and what failed."""

from collections.abc import Callable

from penstock.cli.text import Line, crop, line
from penstock.cli.watch.failures import MOST_FAILURES, failure_blocks
from penstock.cli.watch.progress import Progress
from penstock.cli.watch.results import metric_lines, output_lines
from penstock.cli.watch.rows import sign, state_span
from penstock.metadata.store import MetadataStore
from penstock.platform.report.facts import metrics_of, outputs_of
from penstock.platform.report.tree import failures
from penstock.platform.report.words import CACHED, duration, elapsed, one_line

_COUNTS = {"SUCCEEDED": "ran", CACHED: "cached", "SKIPPED": "skipped", "FAILED": "failed", "CANCELED": "canceled"}


def summary_lines(progress: Progress, store: MetadataStore, width: int, log_place: Callable[[str], str]) -> list[Line]:
    """Everything to say at the end, block by block, with an empty line between.

    Args:
        progress: The run, finished.
        store: For artifacts.
        width: Columns.
        log_place: Where a person finds the log that a record names.
    """
    blocks = [heading(progress), *result_blocks(progress, store, width, log_place)]
    return [one for block in blocks for one in ((), *block)]


def heading(progress: Progress) -> list[Line]:
    """The state, the name, the time, how many tasks in which state, the id."""
    run, steps = progress.run, progress.tree.steps
    seconds = duration(elapsed(run.started_at or run.created_at, run.finished_at))
    name = run.display_name or run.pipeline
    head = line(sign(run.state), " ", state_span(run.state), "  ", (one_line(name), "bold"), "  ", seconds)
    counts = [f"{steps[word]:,} {verb}" for word, verb in _COUNTS.items() if steps[word]]
    return [head, line("  ", " · ".join(counts) or "no tasks"), line(("  run ", "dim"), run.run_id)]


def result_blocks(
    progress: Progress, store: MetadataStore, width: int, log_place: Callable[[str], str]
) -> list[list[Line]]:
    """Outputs, metrics, failures: a block for each that there is."""
    executions = list(progress.tree.executions())
    root = progress.tree.root
    blocks = []
    if root is not None and (outputs := outputs_of(store, root.latest)):
        blocks.append([line(("outputs", "bold")), *output_lines(outputs, width)])
    if measured := metrics_of(store, executions):
        blocks.append([line(("metrics", "bold")), *metric_lines(measured, width)])
    return blocks + failure_blocks(progress, failures(executions), log_place)


def quiet_failure(progress: Progress, width: int) -> Line:
    """One line for `--quiet`: what failed, and of the first why."""
    failed = failures(progress.tree.executions())
    names = ", ".join(one_line(item.path) for item in failed[:MOST_FAILURES])
    error = failed[0].error if failed else progress.run.error
    why = "".join(f": {part}" for part in (names, one_line(error.message) if error is not None else "") if part)
    return crop(line(sign(progress.run.state), " ", progress.run.state, " ", progress.run.run_id, why), width)
