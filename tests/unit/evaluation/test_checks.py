"""Tests of models and of data: values that a gate reads."""

import numpy as np
import pandas as pd
import pytest

from penstock.evaluation import (
    Checked,
    ColumnsMissing,
    Direction,
    Invariance,
    MinimumFunctionality,
    WrongOption,
    check_data,
    check_model,
    explain_rows,
)

from .samples import Answers, Probable, people


def test_what_should_not_matter_is_told_from_what_does() -> None:
    ignored, used = check_model(
        Probable(), people(), [Invariance(change={"noise": 5.0}), Invariance(change={"x": 5.0}, tolerance=0.1)]
    ).checks
    assert (ignored.passed, used.passed) == (True, False)
    assert ignored.detail == "the answer stays within 0 for 240 of 240 rows"
    assert abs(used.examples[0]["moved by"]) >= abs(used.examples[-1]["moved by"])  # type: ignore[arg-type]


def test_a_column_that_the_model_does_not_take_cannot_matter() -> None:
    assert check_model(Probable(), people(), [Invariance(change={"group": "c"})]).passed
    with pytest.raises(WrongOption, match="the model takes no such column"):
        check_model(Probable(), people(), [Direction(change={"group": "c"}, expect="up")])


def test_a_share_of_the_rows_may_be_allowed_to_move() -> None:
    strict = Invariance(change={"x": lambda x: x + 0.1}, tolerance=0.02)
    [found] = check_model(Probable(), people(), [strict]).checks
    assert found.found is not None
    loose = Invariance(change={"x": lambda x: x + 0.1}, tolerance=0.02, share=found.found)
    assert check_model(Probable(), people(), [loose]).passed
    assert not found.passed


def test_an_answer_should_go_the_right_way() -> None:
    tests = [
        Direction(change={"x": lambda x: x + 1}, expect="up"),
        Direction(change=lambda rows: rows.assign(x=rows["x"] + 1), expect="down", name="wrong way"),
        Direction(change={"x": lambda x: x + 1}, expect="down", positive=0),
    ]
    found = check_model(Probable(), people(), tests)
    assert [check.passed for check in found.checks] == [True, False, True]
    assert found.failures[0].startswith("wrong way: the answer does not go up for 0 of 240 rows")


def test_plain_rows_must_be_right() -> None:
    number = Answers(lambda rows: rows["x"].to_numpy() * 2)
    passed = check_model(number, None, [MinimumFunctionality(rows=[{"x": 1.0}, {"x": 2.0}], expect=[(1, 3), 4.0])])
    assert passed.passed
    failed = check_model(Probable(), None, [MinimumFunctionality(rows=people()[["x", "noise"]][:2], expect=[7, 7])])
    assert failed.checks[0].examples[0]["expected"] == 7


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        ([], "there is nothing to test"),
        ([Invariance(change={"zz": 1})], "the model takes no such column"),
        ([Direction(change={"x": 1}, expect="sideways")], "it is 'up' or 'down'"),  # type: ignore[arg-type]
        ([Direction(change={"x": 1}, expect="up", positive="no")], "there is no such class"),
        ([Invariance(change=lambda rows: rows[:1])], "the function gave other rows"),
        ([MinimumFunctionality(rows=[{"x": 1, "noise": 1}], expect=[])], "there are 1 rows and 0 expectations"),
    ],
)
def test_a_test_that_does_not_fit_is_refused(tests: list[object], message: str) -> None:
    with pytest.raises(WrongOption, match=message):
        check_model(Probable(), people(), tests)  # type: ignore[arg-type]


def test_rows_to_change_are_needed() -> None:
    with pytest.raises(WrongOption, match="there is nothing to change"):
        check_model(Probable(), people()[:0], [Invariance(change={"x": 1})])


def test_data_are_held_to_what_is_known_of_them() -> None:
    table = pd.DataFrame(
        {
            "id": [1, 2, 2, None],
            "fare": [5.0, -1.0, None, 900.0],
            "paid": ["cash", "shells", None, "card"],
            "begin": [1, 5, 2, 3],
            "end": [2, 4, 2, None],
        }
    )
    found = check_data(
        table,
        rows=(1, 3),
        present=["begin", "fare"],
        unique=["id", ["id", "begin"]],
        between={"fare": (0, 500)},
        one_of={"paid": ["cash", "card"]},
        matches={"paid": "[a-z]+"},
        order=[("begin", "end")],
    )
    assert {check.name: check.passed for check in found.checks} == {
        "1 to 3 rows": False,
        "begin is present": True,
        "fare is present": False,
        "id are unique": False,
        "id and begin are unique": True,
        "fare is 0 to 500": False,
        "paid is one of cash, card": False,
        "paid matches [a-z]+": True,
        "begin is at most end": False,
    }
    assert check_data(table, present={"fare": 0.25}).passed
    assert Checked.from_json(found.to_json()) == found
    assert "✗" in found.markdown()


def test_checks_of_columns_that_are_not_there_or_have_no_order_are_refused() -> None:
    table = pd.DataFrame({"word": ["a"]})
    with pytest.raises(ColumnsMissing, match="the check names 'fare'"):
        check_data(table, present=["fare"])
    with pytest.raises(WrongOption, match="texts, which have no range"):
        check_data(table, between={"word": (0, 1)})
    with pytest.raises(WrongOption, match="it is one text and no list"):
        check_data(table, present="word")


def test_single_rows_are_explained_without_knowing_what_happened() -> None:
    table = people().drop(columns="y")
    found = explain_rows(Probable(), table[:5], background=table)
    assert [one.row for one in found] == [0, 1, 2, 3, 4]
    for one, answer in zip(found, Probable().predict_proba(table[:5])[:, 1], strict=True):
        assert one.answer == pytest.approx(answer, abs=1e-5)
        assert one.contributions["noise"] == 0
    with pytest.raises(WrongOption, match="the limit is 10"):
        explain_rows(Probable(), table, limit=10)
    first = explain_rows(Probable(), table[:1], background=table, positive=0)
    assert first[0].answer == pytest.approx(1 - found[0].answer, abs=1e-5)


def test_shap_says_the_same() -> None:
    pytest.importorskip("shap", reason="the extra `evaluation` is not installed")
    table = people().drop(columns="y")
    own = explain_rows(Probable(), table[:3], background=table)
    theirs = explain_rows(Probable(), table[:3], background=table, method="shap")
    for one, other in zip(own, theirs, strict=True):
        assert other.contributions == pytest.approx(one.contributions, abs=1e-4)


def test_texts_without_known_classes_cannot_be_explained() -> None:
    with pytest.raises(WrongOption, match="does not say which classes it knows"):
        explain_rows(Answers(lambda rows: np.full(len(rows), "a")), people()[:2])
