"""A gate's verdict on a model: each demand is a check with what was found."""

from typing import Any

import polars as pl
import pytest

from penstock.components.errors import NothingToJudge, UnknownLimit
from penstock.components.judgement import Demands, judge_model
from penstock.components.limits import read_limits
from penstock.components.registered import Found
from penstock.components.verdict import Check, Verdict, VerdictConverter
from penstock.evaluation import WrongOption
from penstock.models import Model


def nobody(_name: str, _alias: str) -> None:
    return None


def judged(model: Model, rows: pl.DataFrame, champion: Model | None = None, **demands: Any) -> Verdict:
    found = None if champion is None else Found(model=champion, name="game", number=3)
    return judge_model(model, rows, "won", "game", Demands(**demands), lambda _name, _alias: found)


def check(verdict: Verdict, name: str) -> Check:
    return next(one for one in verdict.checks if one.name == name)


def test_nothing_asked_is_passed_with_the_figures(better: Model, rows: pl.DataFrame) -> None:
    verdict = judged(better, rows)
    assert verdict.passed
    assert verdict.rows == len(rows)
    assert 0.8 < verdict.figures["auc"] < 1
    assert str(verdict) == "passed: nothing was asked for"


def test_each_limit_is_a_check_with_what_was_found(better: Model, rows: pl.DataFrame) -> None:
    verdict = judged(better, rows, limits=read_limits("min_auc=0.99 max_log_loss=5"))
    assert not verdict.passed
    assert [one.passed for one in verdict.checks] == [False, True]
    (reason,) = verdict.reasons
    assert reason == f"auc is {verdict.figures['auc']:.4g}, and must be at least 0.99"
    assert str(verdict) == f"refused: {reason}"


def test_a_metric_of_another_kind_of_model_is_a_limit_that_is_not_kept(better: Model, rows: pl.DataFrame) -> None:
    (reason,) = judged(better, rows, limits=read_limits("min_r2=0.5")).reasons
    assert reason.startswith("r2 is no metric of a binary model (there are auc, ")


def test_an_undefined_metric_keeps_no_limit(better: Model, rows: pl.DataFrame) -> None:
    winners = rows.filter("won")
    (reason,) = judged(better, winners, limits=read_limits("min_auc=0.5")).reasons
    assert reason == "auc is undefined on these rows, and must be at least 0.5"


def test_the_first_model_has_no_champion_to_beat(worse: Model, rows: pl.DataFrame) -> None:
    verdict = judge_model(worse, rows, "won", "game", Demands(beats="champion"), nobody)
    assert verdict.passed
    assert check(verdict, "champion").reason == "game has no champion yet: this is the first"
    assert (verdict.champion, verdict.champion_version, verdict.compared_with) == ("", None, "champion")


def test_a_better_challenger_passes_and_a_worse_one_does_not(better: Model, worse: Model, rows: pl.DataFrame) -> None:
    verdict = judged(better, rows, worse, beats="champion")
    assert verdict.passed
    assert check(verdict, "champion").reason.startswith("better: auc 0.")
    assert "of the champion, game/3 (p = " in check(verdict, "champion").reason
    assert verdict.champion_version == 3
    assert verdict.comparison is not None
    refused = judged(worse, rows, better, beats="champion", metric="accuracy")
    assert not refused.passed
    assert refused.reasons[0].startswith("not better at a significance of 0.05: accuracy 0.")


def test_a_margin_asks_for_more_than_better(better: Model, worse: Model, rows: pl.DataFrame) -> None:
    assert not judged(better, rows, worse, beats="champion", margin=0.5).passed


def test_the_champion_itself_passes(better: Model, rows: pl.DataFrame) -> None:
    verdict = judged(better, rows, better, beats="champion")
    assert verdict.passed
    assert verdict.reasons == ["it is the champion, game/3, itself"]


def test_a_champion_that_takes_other_columns_is_not_beaten_unseen(
    better: Model, worse: Model, rows: pl.DataFrame
) -> None:
    (reason,) = judged(worse, rows.drop("x"), better, beats="champion").reasons
    assert reason == (
        "it cannot be compared with the champion, game/3, which takes 'x': the rows of the gate have no such column"
    )


def test_a_champion_that_does_not_answer_is_a_finding(better: Model, worse: Model, rows: pl.DataFrame) -> None:
    class Broken:
        digest, signature = "other", worse.signature

        def predict(self, _rows: object) -> object:
            raise OSError("its files are gone")

    broken: Any = Broken()
    (reason,) = judged(better, rows, broken, beats="champion").reasons
    assert reason.startswith("it cannot be compared with the champion, game/3: ")


def test_an_unknown_metric_to_be_better_by_is_refused(better: Model, worse: Model, rows: pl.DataFrame) -> None:
    with pytest.raises(UnknownLimit, match="`metric` is 'aucc'"):
        judged(better, rows, worse, beats="champion", metric="aucc")
    with pytest.raises(WrongOption):
        judged(better, rows, worse, beats="champion", metric="mae")


def test_groups_are_treated_alike_or_it_says_by_how_much_not(better: Model, rows: pl.DataFrame) -> None:
    alike = judged(better, rows, sensitive=["sex"], max_fairness_gap=0.2)
    assert alike.passed
    assert check(alike, "fairness").reason.startswith("the demographic parity difference by sex is 0.0")
    favoured = rows.with_columns(pl.when(pl.col("x") > 0).then(pl.lit("m")).otherwise(pl.lit("f")).alias("sex"))
    verdict = judged(better, favoured, sensitive=["sex"], max_fairness_gap=0.2, fairness="equalized_odds_difference")
    (reason,) = verdict.reasons
    assert reason.startswith("the equalized odds difference by sex is 0.")
    assert reason.endswith("and must be at most 0.2")
    assert "equalized_odds_difference_sex" in verdict.figures


def test_an_unknown_gap_or_no_groups_let_nothing_pass(better: Model, rows: pl.DataFrame) -> None:
    verdict = judged(better, rows, sensitive=["sex"], max_fairness_gap=0.2, fairness="niceness")
    assert "the groups of sex cannot be compared by niceness (there are demographic" in verdict.reasons[0]
    with pytest.raises(UnknownLimit, match="max_fairness_gap"):
        judged(better, rows, max_fairness_gap=0.2)


def test_budgets_of_size_and_latency_are_measured(better: Model, rows: pl.DataFrame) -> None:
    verdict = judged(better, rows, max_size="1K", max_latency="1h")
    assert check(verdict, "latency").passed
    assert verdict.figures["latency"] > 0
    (reason,) = verdict.reasons
    assert reason.startswith("the package has ")
    assert reason.endswith(" KB, and must be at most 1 KB")


@pytest.mark.parametrize(("name", "text"), [("max_size", "big"), ("max_latency", "fast"), ("max_memory", "-1G")])
def test_a_budget_that_is_none_is_refused(better: Model, rows: pl.DataFrame, name: str, text: str) -> None:
    with pytest.raises(UnknownLimit, match=f"`{name}` is '{text}'"):
        judged(better, rows, **{name: text})


def test_memory_is_that_of_a_fresh_process(better: Model, rows: pl.DataFrame) -> None:
    verdict = judged(better, rows, max_memory="50M")
    assert not verdict.passed
    assert 50e6 < verdict.figures["memory"] < 3e9


def test_nothing_to_judge_by_lets_nothing_pass(better: Model, rows: pl.DataFrame) -> None:
    with pytest.raises(NothingToJudge, match="the table has no rows"):
        judged(better, rows.head(0))
    unknown = rows.with_columns(pl.lit(None, dtype=pl.Boolean).alias("won"))
    with pytest.raises(NothingToJudge, match="'won' is missing in all 1,500 rows"):
        judged(better, unknown)


def test_a_model_that_asks_for_its_own_target_is_noted(better: Model, rows: pl.DataFrame) -> None:
    assert judged(better, rows).notes == []
    verdict = judge_model(better, rows.with_columns(z=rows["won"]), "z", "game", Demands(), nobody)
    assert verdict.notes == ["the model asks for 'z', its own target, which no row in production has"]


def test_a_verdict_is_kept_whole(better: Model, worse: Model, rows: pl.DataFrame, tmp_path: Any) -> None:
    verdict = judged(better, rows, worse, beats="champion", limits=read_limits("min_auc=0.99"))
    facts = VerdictConverter().save(verdict, tmp_path / "verdict.json")
    assert facts["verdict"] == "refused"
    assert VerdictConverter().load(tmp_path / "verdict.json", Verdict, {}) == verdict
    page = verdict.markdown()
    assert "| ✗ | auc | auc is 0." in page
    assert "| ✓ | champion | better" in page
