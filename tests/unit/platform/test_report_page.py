"""The page of a run: what is on it, and that nothing on it is executed or fetched."""

import re
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any

from penstock.artifacts import ArtifactStore
from penstock.ir.runtime import TaskFailure
from penstock.metadata import MetadataStore
from penstock.metadata.records import Bindings, State
from penstock.platform.report import render_report
from penstock.platform.report.timeline import axis
from support.pipelines import dag, document, leaf, task
from support.recorded import RecordedRun, put_text
from support.taxi_runs import failed_taxi_run, succeeded_taxi_run

EVIL = "<script>alert('x')</script>\"'&<img src=x onerror=alert(1)>"
EMPTY_TAGS = {"meta", "img", "rect", "path", "line", "circle", "polyline", "br", "hr"}


class Page(HTMLParser):
    """The elements of a page, its words, and whether they nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY_TAGS:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def hostile_run(store: MetadataStore, artifacts: ArtifactStore, tmp_path: Path) -> RecordedRun:
    """Every place that somebody may write to holds markup."""
    log = tmp_path / "log.txt"
    log.write_text(f"\x1b[31m{EVIL}\x1b[0m\n" * 3)
    root = dag({EVIL: task("x"), "page": task("x", after=[EVIL]), "bad": task("x", after=["page"], condition=EVIL)})
    run = RecordedRun(
        store,
        document(root, x=leaf("x")),
        parameters={EVIL: EVIL, "deep": {EVIL: [EVIL]}},
        source=EVIL,
        display_name=EVIL,
    )
    made = {
        "html": run.artifact(EVIL, EVIL, "HTML", put_text(artifacts, "p.html", EVIL), kind="html"),
        "markdown": run.artifact(
            EVIL, "notes", "Markdown", put_text(artifacts, "n.md", f"{EVIL} ![x](http://e/x.png) [y](javascript:a)")
        ),
        "text": run.artifact(EVIL, "text", "Artifact", put_text(artifacts, "t.txt", EVIL)),
        "json": run.artifact(EVIL, "json", "Artifact", put_text(artifacts, "j.json", '{"<script>": "</pre>"}')),
        "svg": run.artifact(EVIL, "svg", "Artifact", put_text(artifacts, "s.svg", f"<svg>{EVIL}</svg>")),
        "numbers": run.artifact(EVIL, EVIL, "Metrics", **{EVIL: 1.5}),
        "matrix": run.artifact(
            EVIL,
            "matrix",
            "ClassificationMetrics",
            confusionMatrix={"annotationSpecs": [{"displayName": EVIL}], "rows": [{"row": [3]}]},
        ),
    }
    run.starts(EVIL, 0.1, log=str(log))
    run.succeeds(EVIL, 1, artifacts=made, parameters={EVIL: EVIL}, log=str(log))
    run.runs("page", 1, 2)
    error = TaskFailure(kind="task", code="LAU002", message=EVIL, hint=EVIL, traceback=EVIL)
    run.starts("bad", 2, log=str(log))
    run.fails("bad", 3, error, log=str(log))
    outputs = Bindings(parameters={EVIL: EVIL}, artifacts={EVIL: [made["html"].artifact_id]})
    run.ends(State.FAILED, 3, error=error, outputs=outputs)
    return run


def test_whatever_is_written_anywhere_is_shown_and_not_obeyed(
    store: MetadataStore, artifacts: ArtifactStore, tmp_path: Path
) -> None:
    run = hostile_run(store, artifacts, tmp_path)
    page = Page(render_report(store, artifacts, run.run, lambda _: [EVIL]))
    assert page.all("script") == []
    assert all(not name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert "alert('x')" in page.text
    assert "\x1b" not in page.text


def test_nothing_is_fetched(store: MetadataStore, artifacts: ArtifactStore, tmp_path: Path) -> None:
    run = hostile_run(store, artifacts, tmp_path)
    page = Page(render_report(store, artifacts, run.run))
    assert page.all("link") == []
    assert all((attributes["src"] or "").startswith("data:image/") for attributes in page.all("img"))
    assert [attributes["href"] for attributes in page.all("a")] == ["http://e/x.png"]  # a link waits for a person
    policy = [a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy[0] is not None
    assert policy[0].startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_pages_among_the_artifacts_are_shut_in(store: MetadataStore, artifacts: ArtifactStore, tmp_path: Path) -> None:
    run = hostile_run(store, artifacts, tmp_path)
    frames = Page(render_report(store, artifacts, run.run)).all("iframe")
    assert [(frame["sandbox"], frame["srcdoc"]) for frame in frames] == [("", EVIL)]


def test_files_outside_the_store_are_never_shown(
    store: MetadataStore, artifacts: ArtifactStore, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the password")
    run = RecordedRun(store, document(dag({"a": task("x")}), x=leaf("x")))
    outside = run.artifact("a", "notes", "Artifact", kind="text")
    outside = type(outside)(**{**{f: getattr(outside, f) for f in outside.__struct_fields__}, "uri": str(secret)})
    run.runs("a", 0, 1, artifacts={"notes": outside})
    run.ends(State.SUCCEEDED, 1)
    assert "the password" not in render_report(store, artifacts, run.run)


def test_a_success_shows_graph_timeline_metrics_outputs_and_tasks(
    store: MetadataStore, artifacts: ArtifactStore
) -> None:
    run = succeeded_taxi_run(store, artifacts)
    page = Page(render_report(store, artifacts, run.run))
    titles = [word for word in page.words if word in TITLES]
    assert titles == ["Metrics", "Graph", "Timeline", "Outputs", "Tasks", "Parameters"]
    for words in (
        "0.91234",
        "3 iterations",
        "≡ CACHED",
        "12 ran · 1 cached",
        "if evaluate-auc > 0.9",
        '"data/taxi.csv"',
    ):
        assert words in page.text
    assert {"s-succeeded", "s-cached"} <= {word for _, a in page.elements for word in (a.get("class") or "").split()}


TITLES = {"Failures", "Metrics", "Graph", "Timeline", "Outputs", "Artifacts", "Tasks", "Parameters"}


def test_a_failure_comes_first_with_the_authors_traceback(
    store: MetadataStore, artifacts: ArtifactStore, tmp_path: Path
) -> None:
    log = tmp_path / "train.log"
    log.write_text("epoch 1\nepoch 2\n")
    run = failed_taxi_run(store, log)
    page = Page(render_report(store, artifacts, run.run))
    assert next(word for word in page.words if word in TITLES) == "Failures"
    assert "raise ValueError(\"no rows with 'big_tip'\")" in page.text
    assert "epoch 2" in page.text


def test_tables_are_previewed(store: MetadataStore, artifacts: ArtifactStore) -> None:
    pyarrow = import_module("pyarrow")
    parquet = import_module("pyarrow.parquet")
    source = artifacts.staging() / "rows.parquet"
    parquet.write_table(pyarrow.table({"fare": [1.5, None] * 50, "company": ["<b>", "Blue"] * 50}), source)
    run = RecordedRun(store, document(dag({"a": task("x")}), x=leaf("x")))
    rows = run.artifact("a", "rows", "Dataset", artifacts.put(source, "rows.parquet"), kind="table")
    run.runs("a", 0, 1, artifacts={"rows": rows})
    run.ends(State.SUCCEEDED, 1)
    page = Page(render_report(store, artifacts, run.run))
    for words in ("fare", "double", "8 of 100 rows", "<b>", "null"):
        assert words in page.text


def test_a_roc_curve_is_drawn_with_its_area(store: MetadataStore, artifacts: ArtifactStore) -> None:
    curve: list[Any] = [
        {"confidenceThreshold": 1.0, "recall": 0.0, "falsePositiveRate": 0.0},
        {"confidenceThreshold": 0.5, "recall": 0.8, "falsePositiveRate": 0.2},
        {"confidenceThreshold": 0.0, "recall": 1.0, "falsePositiveRate": 1.0},
    ]
    run = RecordedRun(store, document(dag({"a": task("x")}), x=leaf("x")))
    made = run.artifact("a", "errors", "ClassificationMetrics", confidenceMetrics=curve)
    run.runs("a", 0, 1, artifacts={"errors": made})
    run.ends(State.SUCCEEDED, 1)
    assert "ROC curve, area 0.8000" in Page(render_report(store, artifacts, run.run)).text


def test_a_run_that_has_not_begun_has_a_page(store: MetadataStore, artifacts: ArtifactStore) -> None:
    run = RecordedRun(store, document(dag({"a": task("x")}), x=leaf("x")))
    page = Page(render_report(store, artifacts, run.run))
    assert "RUNNING" in page.text
    assert "PENDING" in page.text


def test_a_run_of_very_many_tasks_has_a_page_of_some_of_them(store: MetadataStore, artifacts: ArtifactStore) -> None:
    root = dag({f"t{index}": task("x") for index in range(1200)})
    run = RecordedRun(store, document(root, x=leaf("x")))
    text = render_report(store, artifacts, run.run)
    assert "… and 700 more tasks" in text
    assert len(text) < 1_000_000


def test_no_two_marks_of_a_time_axis_read_the_same() -> None:
    for span in (0.004, 0.05, 0.15, 0.399, 0.7, 2.5, 4, 50, 4000):
        marks = re.findall(r"<span style=[^>]*>([^<]+)</span>", str(axis(span)))
        assert len(marks) == len(set(marks)) > 2, (span, marks)
