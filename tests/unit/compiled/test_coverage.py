"""What the documentation's table says compiles, compiles; what it says does not, does not; and nothing is left out."""

import os
import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest

from penstock.compiled import NotCompiled, compile_model
from penstock.compiled.emitters import EMITTERS
from penstock.compiled.estimators import ESTIMATORS as CONVERTED
from unit.compiled.cases import ESTIMATORS, TRANSFORMERS, Case, fitted, raw_rows

PAGE = Path(__file__).resolve().parents[3] / "docs/reference/compiled-models.md"
START, END = "<!-- made by a test: do not edit -->\n", "<!-- end -->\n"


@pytest.mark.parametrize("case", [*TRANSFORMERS, *ESTIMATORS], ids=lambda case: case.name)
def test_the_table_says_what_compiles(case: Case) -> None:
    frame = raw_rows(case)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries, about data as small as this
        model = fitted(case, frame)
        made = compile_model(model, frame)
    if case.compiles:
        assert made, made
        assert made.about["parity"]["worst_error"] <= 1e-5
    else:
        assert isinstance(made, NotCompiled)
        assert case.name in made.reason or made.parity is not None


def test_every_emitter_and_converter_is_in_the_table() -> None:
    assert {case.name for case in TRANSFORMERS if case.compiles} == set(EMITTERS)
    assert {case.name for case in ESTIMATORS if case.compiles} == set(CONVERTED)


def test_the_page_shows_the_table() -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    _, _, after = rest.partition(END)
    tables = f"{_markdown('transformer', TRANSFORMERS)}\n{_markdown('estimator', ESTIMATORS)}"
    expected = f"{before}{START}\n{tables}\n{END}{after}"
    if os.environ.get("REWRITE_GOLDENS"):
        PAGE.write_text(expected, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == expected, "run pytest with REWRITE_GOLDENS=1"


def _markdown(head: str, cases: Sequence[Case]) -> str:
    rows = [f"| {head} | compiled | |\n|---|---|---|\n"]
    rows += [f"| `{case.name}` | {'yes' if case.compiles else 'no'} | {case.note} |\n" for case in cases]
    return "".join(rows)
