"""The errors of this package: each has a page, a hint, a built-in base, and survives pickling."""

import inspect
import pickle
from pathlib import Path

import pytest

from penstock.core.errors import UserError
from penstock.ir import errors
from penstock.ir.problems import Code, InvalidPipeline, Problem
from penstock.ir.wording import describe, did_you_mean, join, quoted_list

PAGES = Path(__file__).resolve().parents[3] / "docs/errors"
EXAMPLES: list[UserError] = [
    errors.PipelineFileMissing(path="a.yaml"),
    errors.PipelineFileUnreadable(path="a.yaml", reason="it is a folder"),
    errors.MalformedDocument(reason="it is empty", source="a.yaml", line=1, column=2),
    errors.NotAPipeline(reason="it has no `root`"),
    errors.UnsupportedSchema(version="3"),
    errors.InvalidField(place="root", expected="an object", got="null"),
    errors.ParameterMismatch(name="a", expected="text", value=[1]),
    errors.ParameterTextInvalid(text="x", expected="a number", example="0.5"),
    errors.ParametersRejected(missing=["a"]),
    errors.UnresolvedPlaceholder(placeholder="{{$.x}}", reason="there is none"),
    errors.MalformedPlaceholder(element="{}", reason="it is empty"),
    errors.InvalidQuantity(text="x", what="CPU", examples=("1",)),
    InvalidPipeline(problems=[Problem(Code.NO_TASK, "root", "there is no task 'x'", "there are: a")]),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: error.code)
def test_an_error_is_complete(error: UserError) -> None:
    assert f"[{error.code}]" in str(error)
    assert "hint: " in str(error)
    assert not error.message().endswith(".")
    assert {FileNotFoundError, OSError, TypeError, ValueError, LookupError} & set(type(error).__mro__)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (type(error), str(error))


def test_there_is_an_example_of_every_error() -> None:
    defined = {cls for _, cls in inspect.getmembers(errors, inspect.isclass) if cls.__module__ == errors.__name__}
    assert defined | {InvalidPipeline} == {type(error) for error in EXAMPLES}


def test_every_code_has_its_page() -> None:
    codes = {error.code for error in EXAMPLES} | {code.value for code in Code}
    assert {page.stem for page in PAGES.glob("IRX*.md")} == codes


def test_one_problem_is_told_without_a_count() -> None:
    assert str(EXAMPLES[-1]) == (
        "the pipeline has a problem [IRX010]\nroot: error[IRX013]: there is no task 'x'\n  hint: there are: a"
    )


def test_places_are_written_so_that_they_can_be_found() -> None:
    assert join("", "root") == "root"
    assert join("root.dag", "train-2") == "root.dag.train-2"
    assert join("components", "a.b ü") == 'components["a.b ü"]'
    assert join("args", 0) == "args[0]"


def test_values_are_described_shortly() -> None:
    assert describe("x" * 100) == f"text '{'x' * 58}…"
    assert describe(object()) == "a Python object"
    assert did_you_mean("dept", ["depth", "x"]) == "did you mean 'depth'?"
    assert did_you_mean("zzz", ["depth"]) is None
    assert [quoted_list(names) for names in ([], ["a"], ["a", "b", "c"])] == ["nothing", "'a'", "'a', 'b' and 'c'"]
