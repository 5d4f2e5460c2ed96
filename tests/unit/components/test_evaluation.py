"""Judging and explaining models as components: the same as the functions, with parameters that a pipeline can pass."""

import polars as pl
import pytest

from penstock import components
from penstock.data import HTML
from penstock.evaluation import Evaluation, evaluate
from penstock.models import Model


def test_a_component_finds_what_the_function_finds(better: Model, rows: pl.DataFrame) -> None:
    found = components.evaluate(
        better, rows.lazy(), "won", slices=["sex", "sex × z"], sensitive=["sex"], positive="True", bootstrap=100
    )
    assert isinstance(found, Evaluation)
    again = evaluate(better, rows, "won", slices=["sex", ["sex", "z"]], sensitive=["sex"], positive=True, bootstrap=100)
    assert found == again
    assert {one.column for one in found.slices} == {"sex", "sex × z"}


def test_single_answers_are_explained_in_a_table(better: Model, rows: pl.DataFrame) -> None:
    found = components.explain(better, rows.head(4), background=rows)
    assert found.columns == ["row", "answer", "base", "from x", "from z"]
    answers = better.predict_proba(rows.head(4))[:, 1]
    assert found["answer"].to_list() == pytest.approx(answers.tolist(), abs=1e-5)
    assert (found["base"] + found["from x"] + found["from z"]).to_list() == pytest.approx(answers.tolist(), abs=1e-4)


def test_an_evaluation_becomes_a_page(better: Model, rows: pl.DataFrame) -> None:
    found = evaluate(better, rows, "won", bootstrap=0, explain=False)
    page = components.evaluation_page(found, title="Wins")
    assert isinstance(page, HTML)
    assert "<h1>Wins</h1>" in page
