"""Rows are judged once, groups stay together, classes keep their shares."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.components.errors import CannotFold
from penstock.components.folds import assign_folds, is_classes
from penstock.components.spread import spread_report, spreads
from penstock.features.errors import UnknownColumns

ROWS = pl.DataFrame({"x": range(100), "y": [0, 0, 0, 1] * 25, "who": [f"w{n // 3}" for n in range(100)]})


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(10, 80), count=st.integers(2, 8), seed=st.integers(0, 3))
def test_each_row_is_in_one_fold_and_folds_are_of_one_size(rows: int, count: int, seed: int) -> None:
    sizes = np.bincount(assign_folds(pl.DataFrame({"x": range(rows)}), count, seed=seed))
    assert sizes.sum() == rows
    assert len(sizes) == count
    assert sizes.max() - sizes.min() <= 1


def test_the_same_seed_gives_the_same_folds_and_another_one_others() -> None:
    first = assign_folds(ROWS, 5, seed=1)
    assert (first == assign_folds(ROWS, 5, seed=1)).all()
    assert (first != assign_folds(ROWS, 5, seed=2)).any()


def test_classes_have_the_same_share_in_each_fold() -> None:
    folds = assign_folds(ROWS, 5, target="y", stratify=True)
    assert [ROWS.filter(folds == number)["y"].sum() for number in range(5)] == [5] * 5


def test_numbers_are_stratified_by_tenths() -> None:
    rows = pl.DataFrame({"y": [float(n) for n in range(200)]})
    folds = assign_folds(rows, 4, target="y", stratify=True)
    means = [rows.filter(folds == number)["y"].mean() for number in range(4)]
    assert max(means) - min(means) < 5


@pytest.mark.parametrize("stratify", [False, True])
def test_a_group_is_never_on_both_sides(stratify: bool) -> None:
    folds = assign_folds(ROWS, 5, target="y", stratify=stratify, group="who")
    assert ROWS.with_columns(fold=folds).group_by("who").agg(pl.col("fold").n_unique())["fold"].to_list() == [1] * 34


def test_rows_without_a_group_belong_together_with_nobody() -> None:
    rows = pl.DataFrame({"who": [None] * 20 + ["a"] * 5})
    folds = assign_folds(rows, 5, group="who")
    assert len(set(folds[:20])) > 1


def test_a_missing_target_is_a_class_of_its_own() -> None:
    rows = pl.DataFrame({"y": ["a"] * 10 + [None] * 10})
    folds = assign_folds(rows, 5, target="y", stratify=True)
    assert [rows.filter(folds == number)["y"].null_count() for number in range(5)] == [2] * 5


def test_what_is_a_class_is_told_from_what_is_a_number() -> None:
    assert is_classes(pl.Series(["a", "b"]))
    assert is_classes(pl.Series([True, None]))
    assert is_classes(pl.Series([1, 2, 1]))
    assert not is_classes(pl.Series(range(100)))
    assert not is_classes(pl.Series([1.0, 2.0]))


def test_what_cannot_be_divided_is_refused_with_the_reason() -> None:
    with pytest.raises(CannotFold, match="1 folds cannot be made: one part to learn from"):
        assign_folds(ROWS, 1)
    with pytest.raises(CannotFold, match="the table has 0 rows"):
        assign_folds(ROWS.head(0), 2)
    with pytest.raises(CannotFold, match="the table has 34 different values of 'who'"):
        assign_folds(ROWS, 50, group="who")
    with pytest.raises(CannotFold, match="a value of 'y' has 1 row"):
        assign_folds(pl.DataFrame({"y": ["a"] * 9 + ["b"]}), 3, target="y", stratify=True)
    with pytest.raises(UnknownColumns, match="`group=` names 'whom'"):
        assign_folds(ROWS, 5, group="whom")


def test_the_spread_counts_that_folds_share_their_training_rows() -> None:
    found = spreads([{"auc": 0.7}, {"auc": 0.8}, {"auc": 0.9, "f1": 0.5}, {"auc": float("nan")}], share=0.5)
    auc = found["auc"]
    assert (auc.mean, auc.count, auc.least, auc.most) == (pytest.approx(0.8), 3, 0.7, 0.9)
    assert auc.std == pytest.approx(0.1)
    assert auc.high - auc.mean == pytest.approx(4.3027 * 0.1 * (1 / 3 + 0.5) ** 0.5, rel=1e-4)
    report = spread_report(found, [10, 10, 10, 11])
    assert "4 folds of 10 to 11 rows" in report
    assert "`auc` (3), `f1` (1)" in report
    assert "one fold only" in report
