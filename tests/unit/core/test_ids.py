"""Ids sort, do not collide, and depend on what they should and on nothing else."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from penstock.core.ids import RunId, TaskPath, artifact_id, new_run_id

NOW = datetime(2026, 11, 21, 17, 45, 1, 999999, tzinfo=UTC)


def test_a_run_id_says_when_and_is_short_enough_to_type() -> None:
    assert re.fullmatch(r"20261121-174501-[2-9a-hjkmnp-z]{6}", new_run_id(NOW))


def test_run_ids_of_one_moment_differ() -> None:
    assert len({new_run_id(NOW) for _ in range(1000)}) == 1000


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31)), st.timedeltas(timedelta(seconds=1), timedelta(9999)))
def test_run_ids_sort_by_time(moment: datetime, later_by: timedelta) -> None:
    later = min(moment + later_by, datetime.max) if moment < datetime.max - later_by else datetime.max
    assert new_run_id(moment)[:15] <= new_run_id(later)[:15]


PLACES = st.tuples(st.text(), st.text(), st.integers(0, 99), st.text(), st.integers(0, 99))


def test_an_artifact_id_is_a_function_of_its_place() -> None:
    place = (RunId("r"), TaskPath("for-loop-1[2].train"), 1, "model", 0)
    assert artifact_id(*place) == artifact_id(*place)
    assert re.fullmatch(r"a[0-9a-f]{20}", artifact_id(*place))


def test_every_part_of_the_place_counts() -> None:
    base = ("r", "train", 1, "model", 0)
    others = [
        ("s", *base[1:]),
        ("r", "test", *base[2:]),
        (*base[:2], 2, "model", 0),
        (*base[:3], "rows", 0),
        (*base[:4], 1),
    ]
    ids = {artifact_id(RunId(run), TaskPath(path), *rest) for run, path, *rest in [base, *others]}
    assert len(ids) == 6


def test_parts_do_not_run_into_each_other() -> None:
    assert artifact_id(RunId("r1"), TaskPath("1"), 1, "a", 0) != artifact_id(RunId("r"), TaskPath("11"), 1, "a", 0)
    assert artifact_id(RunId("r"), TaskPath("t"), 1, "a1", 0) != artifact_id(RunId("r"), TaskPath("t"), 1, "a", 10)
