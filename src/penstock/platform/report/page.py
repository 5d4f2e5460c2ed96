"""A run as one page of HTML: no scripts, nothing fetched, light and dark."""

from pathlib import Path

from penstock.artifacts.store import ArtifactStore
from penstock.engine.plan import Plan
from penstock.ir.document import parse_canonical
from penstock.metadata.records import Artifact, Execution, Run
from penstock.metadata.store import MetadataStore
from penstock.platform.report.drawing import draw_graph
from penstock.platform.report.facts import Output, TaskMetrics, kind_of, metrics_of, outputs_of
from penstock.platform.report.gallery import MOST_SHOWN, show_artifact
from penstock.platform.report.histories import draw_histories
from penstock.platform.report.markup import Markup, join, tag
from penstock.platform.report.tasks import Explain, TaskTable, log_tail, state_pill
from penstock.platform.report.timeline import draw_timeline
from penstock.platform.report.tree import RunTree, failures
from penstock.platform.report.words import (
    CACHED,
    STEPS,
    duration,
    elapsed,
    moment,
    number,
    one_line,
    size,
    value,
)

MOST_FAILURES = 10
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
"""What a browser is told: whatever is on the page, run nothing and fetch nothing."""


def render_page(store: MetadataStore, artifacts: ArtifactStore, run: Run, explain: Explain | None = None) -> str:
    """The page of one run.

    Args:
        store: Where the run is.
        artifacts: Where its bytes are.
        run: Which one; finished or not.
        explain: Why each task was executed or served from cache.

    Returns:
        One HTML document that needs no other file.
    """
    plan = Plan(parse_canonical(store.spec(run.spec)))
    tree = RunTree(store.executions(run.run_id), plan)
    attempts = store.attempts(run.run_id)
    executions = list(tree.executions())
    root = tree.root
    sections = [
        _section("Failures", _failures(artifacts, executions, run, TaskTable(artifacts, tree, attempts))),
        _section("Metrics", _metrics(metrics_of(store, executions))),
        _section("Curves", draw_histories(store, executions), class_="wide"),
        _section("Graph", draw_graph(root, plan) if root is not None else None, class_="wide"),
        _section("Timeline", draw_timeline(run, tree, attempts)),
        _section("Outputs", _outputs(outputs_of(store, root.latest)) if root is not None else None),
        _section("Artifacts", _gallery(store, artifacts, executions)),
        _section("Tasks", TaskTable(artifacts, tree, attempts, explain).draw()),
        _section("Parameters", _parameters(run)),
    ]
    title = f"{run.display_name or run.pipeline} · {run.run_id}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", one_line(title)),
        tag("style", Markup(Path(__file__).with_name("style.css").read_text(encoding="utf-8"))),
    )
    body = tag("body", tag("main", _header(run, tree), *sections))
    return "<!doctype html>\n" + tag("html", head, body, lang="en") + "\n"


def _section(title: str, body: Markup | None, **attributes: object) -> Markup:
    return tag("section", tag("h2", title), body, **attributes) if body else Markup("")


def _header(run: Run, tree: RunTree) -> Markup:
    seconds = duration(elapsed(run.started_at or run.created_at, run.finished_at))
    words = {"SUCCEEDED": "ran", CACHED: "cached", "SKIPPED": "skipped", "FAILED": "failed", "CANCELED": "canceled"}
    counted = " · ".join(f"{tree.steps[word]:,} {verb}" for word, verb in words.items() if tree.steps[word])
    facts = {
        "run": run.run_id,
        "took": seconds,
        "tasks": counted,
        "started": moment(run.started_at or run.created_at),
        "finished": moment(run.finished_at),
        "from": one_line(run.source),
    }
    name = one_line(run.display_name or run.pipeline)
    below = tag("p", one_line(run.pipeline), class_="note") if run.display_name else ""
    listed = [tag("div", tag("dt", key), tag("dd", text)) for key, text in facts.items() if text]
    return tag("header", tag("h1", name, state_pill(run.state)), below, tag("dl", *listed))


def _failures(artifacts: ArtifactStore, executions: list[Execution], run: Run, table: TaskTable) -> Markup | None:
    failed = failures(executions)
    cards = []
    for execution in failed[:MOST_FAILURES]:
        error = execution.error
        attempts = table.attempts.get(execution.path, [])
        tail = log_tail(artifacts, attempts[-1].log, 15) if attempts and attempts[-1].log else ""
        cards.append(
            tag(
                "article",
                tag("h3", one_line(execution.path), tag("small", f"attempt {execution.attempt}") if attempts else ""),
                tag("p", error.message if error else "", class_="message"),
                tag("pre", error.traceback) if error and error.traceback else "",
                tag("p", error.hint, class_="note") if error and error.hint else "",
                tag("details", tag("summary", "the end of its log"), tag("pre", tail)) if tail else "",
                class_="failure",
            )
        )
    if not failed and run.error is not None:
        cards.append(tag("article", tag("p", run.error.message, class_="message"), class_="failure"))
    if len(failed) > MOST_FAILURES:
        cards.append(tag("p", f"… and {len(failed) - MOST_FAILURES:,} more failed", class_="note"))
    return join(cards) if cards else None


def _metrics(measured: list[TaskMetrics]) -> Markup | None:
    cards = [
        tag("article", tag("h3", one_line(item.path), tag("small", item.name)), _numbers(item.values))
        for item in measured[:MOST_SHOWN]
    ]
    return join(cards) if cards else None


def _numbers(values: dict[str, float]) -> Markup:
    pairs = (tag("div", tag("dt", name), tag("dd", number(amount))) for name, amount in values.items())
    return tag("dl", *pairs, class_="numbers")


def _outputs(outputs: list[Output]) -> Markup | None:
    rows = []
    for output in outputs:
        if not output.is_artifact:
            shown: object = tag("code", value(output.value, 400))
        else:
            shown = join((_artifact_line(artifact) for artifact in output.artifacts[:20]), ", ")
        rows.append(tag("tr", tag("th", output.name), tag("td", shown)))
    return tag("table", *rows, class_="values") if rows else None


def _artifact_line(artifact: Artifact) -> Markup:
    facts = f" {kind_of(artifact)}  {size(artifact.size)}"
    return tag("span", tag("code", artifact.artifact_id), facts)


def _gallery(store: MetadataStore, artifacts: ArtifactStore, executions: list[Execution]) -> Markup | None:
    made = [
        (execution.path, ident)
        for execution in executions
        if execution.kind in STEPS
        for idents in execution.outputs.artifacts.values()
        for ident in idents
    ][: 4 * MOST_SHOWN]
    known = store.artifacts([ident for _, ident in made]) if made else {}
    cards = [show_artifact(artifacts, known[ident], one_line(path)) for path, ident in made if ident in known]
    shown = sorted((card for card in cards if card is not None), key=lambda card: card[0])[:MOST_SHOWN]
    return tag("div", *(card for _, card in shown), class_="gallery") if shown else None


def _parameters(run: Run) -> Markup | None:
    rows = [(tag("th", name), tag("td", tag("code", value(data, 2000)))) for name, data in run.parameters.items()]
    return tag("table", *(tag("tr", *row) for row in rows), class_="values") if rows else None
