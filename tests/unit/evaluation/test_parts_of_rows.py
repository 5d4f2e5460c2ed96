"""Slices, fairness and forecasts: parts of the rows, judged by themselves."""

import numpy as np
import pandas as pd
import pytest

from penstock.evaluation import UnclearTask, WrongOption, evaluate

from .samples import ROWS, Answers, Probable, people

FAST = {"bootstrap": 100, "explain": False}


def test_each_row_is_in_one_slice_of_each_column() -> None:
    table = people().assign(
        many=[f"v{number % 40}" for number in range(ROWS)],
        day=pd.date_range("2026-01-01", periods=ROWS),
        gap=lambda rows: rows["x"].where(rows["x"] > -1),
        empty=None,
    )
    names = ["group", "x", "many", "day", "gap", "empty"]
    found = evaluate(Probable(), table, "y", slices=[*names, ["group", "x"]], **FAST)
    sizes = {name: sum(one.rows for one in found.slices if one.column == name) for name in [*names, "group × x"]}
    assert set(sizes.values()) == {ROWS}
    values = {name: [one.value for one in found.slices if one.column == name] for name in names}
    assert values["group"] == ["a", "b"]
    assert len(values["x"]) == 4
    assert values["x"][0].startswith("below")
    assert values["many"][-1] == "21 other values"
    assert values["day"][0] == "below 2026-03-01"
    assert values["gap"][-1] == "missing"
    assert values["empty"] == ["missing"]


def test_small_slices_are_marked_and_never_judged() -> None:
    table = people()
    table["rare"] = ["few"] * 8 + ["many"] * (ROWS - 8)
    table.loc[:7, "y"] = 1 - (table.loc[:7, "x"] > 0).astype(int)  # the model is wrong about each
    few, many = evaluate(Probable(), table, "y", slices=["rare"], **FAST).slices
    assert (few.small, few.worse, few.p_value) == (True, False, None)
    assert few.metrics["accuracy"].low is None
    assert (many.small, many.rows) == (False, ROWS - 8)


def test_a_slice_in_which_the_model_fails_is_found() -> None:
    table = pd.concat([people()] * 2, ignore_index=True)
    table["place"] = np.where(np.arange(len(table)) % 4 == 0, "bad", "good")
    bad = table["place"] == "bad"
    table.loc[bad, "y"] = np.random.default_rng(0).integers(0, 2, bad.sum())
    worse = {
        one.value for one in evaluate(Probable(), table, "y", slices=["place", "noise"], **FAST).slices if one.worse
    }
    assert worse == {"bad"}


def test_of_slices_that_differ_by_chance_hardly_any_is_called_worse() -> None:
    generator = np.random.default_rng(5)
    called = 0
    for _ in range(20):
        table = people().assign(**{f"c{place}": generator.integers(0, 2, ROWS) for place in range(6)})
        found = evaluate(Probable(), table, "y", slices=[f"c{place}" for place in range(6)], **FAST)
        called += any(one.worse for one in found.slices)
    assert called <= 4  # a chance of 5 % each; without Holm's rule about 9


def test_groups_without_a_value_or_with_few_rows_are_in_no_gap() -> None:
    table = people()
    table["kind"] = np.where(np.arange(ROWS) < 100, "one", "two")
    table.loc[200:219, "kind"] = None
    table.loc[220:229, "kind"] = "rare"
    [found] = evaluate(Probable(), table, "y", sensitive=["kind"], **FAST).fairness
    small = {group.value: group.small for group in found.groups}
    assert small == {"one": False, "rare": True, "two": False, "missing": True}
    assert any("20 of 240 rows have no value" in note for note in found.notes)
    assert any("fewer than 30 rows are in no gap: missing, rare" in note or "rare" in note for note in found.notes)
    rates = {group.value: float(group.rates["selection_rate"]) for group in found.groups}
    gap = abs(rates["one"] - rates["two"])
    assert float(found.gaps["demographic_parity_difference"]) == pytest.approx(gap)


def test_one_group_has_no_gap() -> None:
    found = evaluate(Probable(), people().assign(kind="same"), "y", sensitive=["kind"], **FAST)
    assert found.fairness[0].gaps == {}
    assert found.fairness_gap is None
    assert "there are no two groups that could be compared" in found.fairness[0].notes


def test_numbers_and_several_classes_have_gaps_of_error() -> None:
    table = people().assign(word=lambda rows: np.where(rows["x"] > 1, "c", np.where(rows["x"] > 0, "b", "a")))
    numbers = evaluate(Answers(lambda rows: rows["noise"]), table, "x", sensitive=["group"], **FAST)
    assert set(numbers.fairness[0].gaps) == {"mae_difference", "mean_error_difference"}
    words = evaluate(
        Answers(lambda rows: np.where(rows["x"] > 0, "b", "a")), table, "word", sensitive=["group"], **FAST
    )
    assert set(words.fairness[0].gaps) == {"accuracy_difference"}


def hours(days: int = 40) -> pd.DataFrame:
    """A daily rhythm with noise."""
    times = pd.date_range("2026-01-01", periods=24 * days, freq="h")
    level = 50 + 20 * np.sin(times.hour / 24 * 2 * np.pi) + np.random.default_rng(0).normal(0, 2, len(times))
    return pd.DataFrame({"time": times, "value": level})


def forecasts() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The past, and rows for two distances ahead."""
    table = hours()
    past, future = table[: 24 * 20], table[24 * 20 :]
    return past, pd.concat([future.assign(ahead=ahead) for ahead in (1, 30)], ignore_index=True)


class Rhythm:
    """A forecast that knows the rhythm."""

    feature_names_in_ = ("time", "ahead")

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        return (50 + 20 * np.sin(rows["time"].dt.hour / 24 * 2 * np.pi)).to_numpy()


def test_naive_forecasts_know_only_what_was_known_then() -> None:
    past, rows = forecasts()
    found = evaluate(Rhythm(), rows, "value", time="time", horizon="ahead", season=24, history=past, **FAST)
    assert found.task == "forecasting"
    values = hours().set_index("time")["value"]
    for horizon, back, season in (("1", 1, 24), ("30", 30, 48)):
        [one] = [part for part in found.horizons if part.horizon == horizon]
        at = rows[rows["ahead"] == int(horizon)]["time"]
        now = values.reindex(at).to_numpy()
        for name, steps in (("last value", back), ("season of 24", season)):
            then = values.reindex(at - pd.Timedelta(hours=steps)).to_numpy()
            assert float(one.baselines[name]) == pytest.approx(np.abs(now - then).mean())
    assert 0 < float(found.metrics["skill"]) < 1
    assert any("blocks of time" in note for note in found.notes)


def test_without_a_past_naive_forecasts_say_what_they_do_not_know() -> None:
    _, rows = forecasts()
    found = evaluate(Rhythm(), rows, "value", time="time", horizon="ahead", **FAST)
    assert any("'last value' knows nothing for 31 of 960 rows" in note for note in found.notes)
    assert found.baselines["last value"]["mae"].value is not None


def test_naive_forecasts_may_be_columns() -> None:
    _, rows = forecasts()
    found = evaluate(Rhythm(), rows.assign(flat=50.0), "value", baselines={"always 50": "flat"}, **FAST)
    expected = (rows["value"] - 50).abs().mean()
    assert float(found.baselines["always 50"]["mae"]) == pytest.approx(expected)


def test_several_series_are_kept_apart() -> None:
    past, rows = forecasts()
    twice = [part.assign(shop=shop, value=part["value"] + 1000 * shop) for shop in (0, 1) for part in (rows,)]
    before = pd.concat([past.assign(shop=shop, value=past["value"] + 1000 * shop) for shop in (0, 1)])
    found = evaluate(
        Rhythm(), pd.concat(twice), "value", time="time", horizon="ahead", series="shop", history=before, **FAST
    )
    assert float(found.baselines["last value"]["mae"]) < 100


@pytest.mark.parametrize(
    ("changes", "options", "error", "message"),
    [
        ({"ahead": 0}, {"horizon": "ahead"}, UnclearTask, "is not a whole number of steps"),
        ({"time": "soon"}, {}, UnclearTask, "`time` should be times"),
        ({"time": pd.Timestamp("2026-01-01")}, {}, UnclearTask, "is the same in all rows"),
        ({}, {"history": hours(2)[["time"]]}, WrongOption, "it has no column 'value'"),
        ({}, {"season": 1}, WrongOption, "a season has at least 2 steps"),
    ],
)
def test_times_and_distances_that_are_none_are_refused(
    changes: dict[str, object], options: dict[str, object], error: type[Exception], message: str
) -> None:
    _, rows = forecasts()
    model = Answers(lambda rows: np.zeros(len(rows)))
    with pytest.raises(error, match=message):
        evaluate(model, rows.assign(**changes), "value", **{"time": "time", **FAST, **options})
