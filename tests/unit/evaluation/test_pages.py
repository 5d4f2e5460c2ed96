"""Figures, pages and Markdown of evaluations of every kind."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from penstock.data import classify
from penstock.data.types import ArtifactUse
from penstock.evaluation import Evaluation, evaluate

from .samples import Answers, Probable, people
from .test_parts_of_rows import Rhythm, forecasts


def _evaluations() -> dict[str, Evaluation]:
    table = people().assign(word=lambda rows: np.where(rows["x"] > 1, "c", np.where(rows["x"] > 0, "b", "a")))
    past, rows = forecasts()
    parts = {"slices": ["group", "x"], "sensitive": ["group"], "bootstrap": 100}
    return {
        "binary": evaluate(Probable(), table, "y", threshold=0.4, **parts),
        "multiclass": evaluate(Answers(lambda rows: np.where(rows["x"] > 0, "b", "a")), table, "word", **parts),
        "regression": evaluate(Answers(lambda rows: rows["noise"].to_numpy()), table, "x", **parts),
        "forecasting": evaluate(
            Rhythm(), rows, "value", time="time", horizon="ahead", season=24, history=past, bootstrap=100
        ),
    }


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return _evaluations()


def test_each_kind_has_the_figures_that_fit_it(evaluations: dict[str, Evaluation]) -> None:
    always = {"slices", "fairness_group", "importance", "explanations"}
    classes = {"roc", "precision_recall", "thresholds", "calibration", "confusion"}
    assert {name: set(found.figures) for name, found in evaluations.items()} == {
        "binary": always | classes,
        "multiclass": always | {"confusion"},
        "regression": always | {"predictions", "errors"},
        "forecasting": {"predictions", "errors", "horizons", "importance", "explanations"},
    }


class _Reader(HTMLParser):
    """Checks that what is opened is closed, and collects ids and addresses."""

    VOID = frozenset({"meta", "br", "img", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag != "script"
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression", "forecasting"])
def test_the_page_is_whole_and_needs_nothing_from_elsewhere(kind: str, evaluations: dict[str, Evaluation]) -> None:
    page = evaluations[kind].html(title="<Demo> & more")
    reader = _Reader()
    reader.feed(page)
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    inner = [address for address in reader.addresses if not address.startswith("data:image/png;base64,")]
    assert all(address.startswith("#") and address[1:] in reader.ids for address in inner)
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(reader.ids)
    assert "&lt;Demo&gt; &amp; more" in page
    assert page == evaluations[kind].html(title="<Demo> & more")


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression", "forecasting"])
def test_markdown_has_tables_of_equal_width(kind: str, evaluations: dict[str, Evaluation]) -> None:
    text = evaluations[kind].markdown()
    tables = re.findall(r"(?:^\|.*\|\n)+", text, flags=re.MULTILINE)
    assert tables
    for table in tables:
        assert len({line.count(" | ") for line in table.splitlines()}) == 1
    assert text.startswith("# Evaluation: ")


def test_an_evaluation_is_an_artifact_whose_numbers_kubeflow_shows(
    evaluations: dict[str, Evaluation], tmp_path: Path
) -> None:
    use = classify(Evaluation)
    assert isinstance(use, ArtifactUse)
    assert use.converter is not None
    assert (use.kind, use.schema_title) == ("evaluation", "system.Metrics")
    found = evaluations["binary"]
    facts = use.converter.save(found, tmp_path / "e.json")
    assert facts["auc"] == found.metrics["auc"].value
    assert use.converter.load(tmp_path / "e.json", Evaluation, facts) == found


def test_a_notebook_shows_the_numbers_and_a_terminal_too(evaluations: dict[str, Evaluation]) -> None:
    found = evaluations["binary"]
    assert "<table>" in found._repr_html_()
    assert re.search(r"ROC AUC +0\.\d+ \(0\.\d+ to 0\.\d+\)", str(found))
