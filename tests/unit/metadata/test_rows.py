"""Any record becomes a row and the same record again."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.metadata import rows
from penstock.metadata import statements as sql
from penstock.metadata.errors import RecordDamaged, TextNotStorable
from penstock.metadata.records import Bindings, CacheKey
from penstock.testing.store_cases.samples import (
    FULL_ARTIFACT,
    FULL_ATTEMPT,
    FULL_EVENT,
    FULL_EXECUTION,
    FULL_RUN,
    NOW,
    a_run,
    an_artifact,
    an_attempt,
    an_event,
    an_execution,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXT, values, max_size=3),
    max_leaves=8,
)
ZONES = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)
TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=ZONES)

PAIRS = {
    "run": (sql.RUN, rows.run_values, rows.run_record, [FULL_RUN, a_run()]),
    "execution": (sql.EXECUTION, rows.execution_values, rows.execution_record, [FULL_EXECUTION, an_execution()]),
    "attempt": (sql.ATTEMPT, rows.attempt_values, rows.attempt_record, [FULL_ATTEMPT, an_attempt()]),
    "artifact": (sql.ARTIFACT, rows.artifact_values, rows.artifact_record, [FULL_ARTIFACT, an_artifact()]),
    "event": (sql.EVENT, rows.event_values, rows.event_record, [FULL_EVENT, an_event()]),
}


@pytest.mark.parametrize(("columns", "values", "record", "samples"), PAIRS.values(), ids=PAIRS.keys())
def test_a_record_comes_back(columns: Any, values: Any, record: Any, samples: Any) -> None:
    for sample in samples:
        assert values(sample).keys() == set(columns)
        assert record(tuple(values(sample)[name] for name in columns)) == sample


@given(st.dictionaries(TEXT, JSON), st.dictionaries(TEXT, st.lists(TEXT)), st.dictionaries(TEXT, TEXT))
def test_any_bindings_and_key_come_back(parameters: Any, artifacts: Any, parts: Any) -> None:
    bindings = Bindings(parameters=parameters, artifacts=artifacts)
    execution = an_execution(inputs=bindings, outputs=bindings, key=CacheKey(parts=parts))
    found = rows.execution_record(tuple(rows.execution_values(execution)[name] for name in sql.EXECUTION))
    assert found == execution
    assert repr(found.inputs) == repr(bindings)


@given(st.lists(TIMES, min_size=2, max_size=2))
def test_times_sort_as_text(moments: list[datetime]) -> None:
    texts = [rows.time_text(moment) for moment in moments]
    assert [datetime.fromisoformat(text) for text in texts] == moments
    assert (texts[0] < texts[1]) == (moments[0] < moments[1])
    assert {len(text) for text in texts} == {32}


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError, match="has no time zone"):
        rows.time_text(NOW.replace(tzinfo=None))


def test_other_zones_are_written_in_utc() -> None:
    moment = datetime(2026, 1, 1, 3, tzinfo=timezone(timedelta(hours=9)))
    assert rows.time_text(moment) == "2025-12-31T18:00:00.000000+00:00"
    assert rows.time_text(moment.astimezone(UTC)) == rows.time_text(moment)


def test_what_is_no_unicode_is_shown_where_it_stands() -> None:
    with pytest.raises(TextNotStorable) as caught:
        rows.json_text({"path": "a" * 100 + "\udcff" + "b" * 100})
    assert caught.value.text == "a" * 40 + "\\udcff" + "b" * 40


@pytest.mark.parametrize(("column", "text"), [("parameters", "{nope"), ("state", "GONE"), ("created_at", "today")])
def test_a_row_that_makes_no_sense_says_which_it_is(column: str, text: str) -> None:
    values = rows.run_values(a_run()) | {column: text}
    with pytest.raises(RecordDamaged, match=rf"the record of run '{a_run().run_id}/.*' cannot be read: .*STO017"):
        rows.run_record(tuple(values[name] for name in sql.RUN))
