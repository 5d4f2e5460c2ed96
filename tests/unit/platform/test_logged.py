"""What tasks logged, as the report and the comparison of runs show it."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.ids import RunId, TaskPath, tracked_id
from penstock.metadata import open_store
from penstock.metadata.records import Changes, Reuse, State
from penstock.metadata.tracking import Logged, Metric
from penstock.platform.comparison import MISSING, Row, compare
from penstock.platform.report.histories import MOST_DRAWN, _drawable, draw_histories
from penstock.platform.report.logged import Point, logged_as_json, logged_by
from penstock.testing.store_cases.samples import an_execution, started


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / "metadata.db")
    yield store
    store.close()


def a_run(store, run_id: str, logged: dict[str, list[Metric]], params: dict[str, dict[str, str]] | None = None, **run):
    """A run whose tasks logged that."""
    lease = started(store, run_id, **run)
    paths = {**logged, **(params or {})}
    executions = [
        an_execution(path, run_id, order=order, state=State.SUCCEEDED)
        for order, path in enumerate(dict.fromkeys(paths))
    ]
    parts = [
        Logged(path=TaskPath(path), attempt=1, metrics=logged.get(path, []), params=(params or {}).get(path, {}))
        for path in paths
    ]
    store.commit(lease, Changes(executions=executions, logged=parts))
    return store.run(RunId(run_id))


def curve(name: str, *values: float) -> list[Metric]:
    return [Metric(name, value, step, step) for step, value in enumerate(values)]


def rows_of(store, *runs) -> dict[tuple[str, str], Row]:
    return {(row.task, row.name): row for row in compare(store, runs)}


# --- reading ------------------------------------------------------------------------------------------------


def test_a_cached_task_shows_what_the_one_logged_whose_result_it_took(store):
    a_run(store, "r1", {"train": curve("loss", 1.0, 0.5)})
    lease = started(store, "r2")
    reused = Reuse(run_id=RunId("r1"), path=TaskPath("train"))
    execution = an_execution("again", "r2", state=State.SUCCEEDED, reused=reused)
    store.commit(lease, Changes(executions=[execution]))
    (found,) = logged_by(store, store.executions(RunId("r2")))
    assert (found.path, found.ident) == ("again", tracked_id(RunId("r1"), "train"))
    assert found.metrics == {"loss": Point(0.5, 1, 1)}


def test_a_run_that_logged_nothing_asks_for_nothing(store):
    lease = started(store)
    store.commit(lease, Changes(executions=[an_execution()]))
    assert logged_by(store, store.executions(RunId("r1"))) == []
    assert logged_by(store, []) == []


def test_numbers_that_json_has_not_are_texts(store):
    a_run(store, "r1", {"train": [Metric("a", math.nan), Metric("b", -math.inf)]})
    metrics = logged_as_json(store, store.executions(RunId("r1")))["train"]["metrics"]
    assert [metrics[name]["value"] for name in "ab"] == ["nan", "-inf"]


# --- comparing ----------------------------------------------------------------------------------------------


def test_runs_are_compared_by_parameters_and_by_what_tasks_logged(store):
    first = a_run(
        store, "r1", {"train": curve("loss", 1.0, 0.5)}, {"train": {"seed": "1"}}, parameters={"depth": 4, "a": [1]}
    )
    second = a_run(
        store, "r2", {"train": curve("loss", 0.25), "judge": curve("auc", 0.9)}, parameters={"depth": 5, "a": [1]}
    )
    rows = rows_of(store, first, second)
    assert rows["", "depth"].values == [4, 5]
    assert (rows["", "depth"].difference, rows["", "depth"].share) == (1, 0.25)
    assert not rows["", "a"].differs
    assert rows["train", "loss"].values == [0.5, 0.25]
    assert rows["judge", "auc"].values == [MISSING, 0.9]
    assert rows["judge", "auc"].differs
    assert rows["judge", "auc"].difference is None
    assert rows["train", "seed"].values == ["1", MISSING]


@pytest.mark.parametrize(
    ("values", "differs", "difference", "share"),
    [
        ([1, 1], False, 0, 0),
        ([math.nan, math.nan], False, None, None),
        ([math.nan, 1.0], True, None, None),
        ([0, 2], True, 2, None),
        ([-2, 1], True, 3, 1.5),
        ([True, False], True, None, None),
        ([10**400, 0.5], True, None, None),
        ([1e308, -1e308], True, None, None),
        (["a", "b"], True, None, None),
        ([1, "x", 3], True, 2, 2.0),
    ],
)
def test_what_a_difference_is(values, differs, difference, share):
    row = Row(section="metrics", name="x", values=values)
    assert (row.differs, row.difference, row.share) == (differs, difference, share)


# --- drawing ------------------------------------------------------------------------------------------------


def test_each_metric_is_a_picture_with_a_line_for_each_task(store):
    logged = {f"fit{n}": [*curve("loss", 1, 0.5, n), *curve("<once>", 1)] for n in range(3)}
    run = a_run(store, "r1", {**logged, "other": curve("naïve <b>😀</b>", 1, 2)})
    drawn = draw_histories(store, store.executions(run.run_id))
    assert drawn is not None
    assert drawn.count("<figure") == 2
    assert drawn.count("<polyline") == 4
    assert "<b>😀" not in drawn
    assert "once" not in drawn


def test_nothing_is_drawn_of_single_values(store):
    run = a_run(store, "r1", {"train": [*curve("loss", 1), Metric("bad", math.nan, 0), Metric("bad", math.inf, 1)]})
    assert draw_histories(store, store.executions(run.run_id)) is None


def test_of_a_step_the_last_value_is_drawn_and_values_of_one_step_are_numbered():
    assert _drawable([Point(1.0, 0, 1), Point(2.0, 0, 2), Point(3.0, 5, 3)]) == [(0.0, 2.0), (5.0, 3.0)]
    assert _drawable([Point(1.0, 7, 1), Point(2.0, 7, 2)]) == [(0.0, 1.0), (1.0, 2.0)]


def test_of_many_points_peaks_and_ends_are_kept():
    points = [Point(100.0 if step == 5_003 else math.sin(step), step, step) for step in range(10_000)]
    drawn = _drawable(points)
    assert len(drawn) <= MOST_DRAWN + 2
    assert (5_003.0, 100.0) in drawn
    assert (drawn[0][0], drawn[-1][0]) == (0.0, 9_999.0)
    assert drawn == sorted(drawn)


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.floats()), min_size=2, max_size=40))
def test_any_numbers_make_a_picture_or_none(points):
    from penstock.platform.report.histories import _Curve, _picture

    drawable = _drawable([Point(value, step, 0) for step, value in sorted(points, key=lambda point: point[0])])
    if len(drawable) > 1:
        drawn = _picture("x", [_Curve("task", drawable)])
        spots = re.findall(r'points="([^"]*)"', drawn)[0].replace(",", " ").split()
        assert all(-1 <= float(spot) <= 500 for spot in spots)
