"""What the log says: what was in production when, and what a rollback goes back to."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.metadata.registry import Promotion
from penstock.registry.history import bounds, earlier, spans, standing

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def _line(hours: float, after: int | None, kind: Any = "promote", alias: str = "champion") -> Promotion:
    return Promotion(name="taxi", alias=alias, kind=kind, after=after, by="ada", at=DAY + timedelta(hours=hours))


LOG = [_line(0, 1), _line(1, 2, alias="challenger"), _line(10, 2), _line(20, None, "remove"), _line(30, 3)]


def _at(hours: float) -> dict[str, int]:
    moment = DAY + timedelta(hours=hours)
    return {span.alias: span.version for span in standing(LOG, moment, moment)}


def test_a_moment_has_one_version_of_each_alias() -> None:
    assert _at(-1) == {}
    assert _at(0) == {"champion": 1}
    assert _at(9.9) == {"champion": 1, "challenger": 2}
    assert _at(10) == {"champion": 2, "challenger": 2}
    assert _at(20) == {"challenger": 2}
    assert _at(1000) == {"champion": 3, "challenger": 2}


def test_a_day_has_all_that_stood_at_some_time_of_it() -> None:
    begin, end = bounds(date(2026, 3, 1), UTC)
    found = [(span.alias, span.version, span.until) for span in standing(LOG, begin, end)]
    assert found == [
        ("champion", 1, DAY + timedelta(hours=10)),
        ("challenger", 2, None),
        ("champion", 2, DAY + timedelta(hours=20)),
    ]
    begin, end = bounds(date(2026, 3, 2), UTC)
    assert [(span.alias, span.version) for span in standing(LOG, begin, end)] == [("challenger", 2), ("champion", 3)]


def test_a_day_begins_at_midnight_of_whoever_asks() -> None:
    zone = timezone(timedelta(hours=-5))
    assert bounds(date(2026, 3, 1), zone) == (DAY + timedelta(hours=5), DAY + timedelta(hours=29, microseconds=-1))
    assert bounds(datetime(2026, 3, 1, 12), zone) == (DAY + timedelta(hours=17),) * 2
    assert bounds(DAY, zone) == (DAY, DAY)


def test_a_clock_that_goes_back_does_not_turn_a_stay_around() -> None:
    first, second = spans([_line(5, 1), _line(3, 2)])
    assert (first.since, first.until) == (DAY + timedelta(hours=5), DAY + timedelta(hours=5))
    assert second.until is None


def _kinds(*steps: str) -> list[Promotion]:
    """`1` promotes, `<1` rolls back to it, `-` takes the alias away."""
    lines = []
    for hour, step in enumerate(steps):
        kind: Any = "rollback" if step.startswith("<") else "remove" if step == "-" else "promote"
        lines.append(_line(hour, None if step == "-" else int(step.lstrip("<")), kind))
    return lines


@pytest.mark.parametrize(
    ("steps", "back"),
    [
        ([], []),
        (["1"], []),
        (["1", "2"], [1]),
        (["1", "2", "3"], [2, 1]),
        (["1", "2", "3", "<2"], [1]),
        (["1", "2", "3", "<2", "<1"], []),
        (["1", "2", "<1", "3"], [1]),
        (["1", "2", "1"], [2]),
        (["1", "2", "1", "<2"], []),
        (["1", "2", "<1", "2"], [1]),
        (["1", "2", "2"], [1]),
        (["1", "-"], [1]),
        (["1", "-", "<1"], []),
        (["1", "2", "3", "<1"], []),
    ],
)
def test_a_rollback_goes_to_what_was_before_and_not_to_what_was_rolled_back(steps: list[str], back: list[int]) -> None:
    assert earlier(_kinds(*steps)) == back


@given(st.lists(st.one_of(st.integers(1, 4), st.none()), max_size=20))
def test_each_rollback_has_less_to_go_back_to_than_the_one_before(choices: list[int | None]) -> None:
    """None rolls back if that can be done."""
    log: list[Promotion] = []
    for hour, choice in enumerate(choices):
        if choice is not None:
            log.append(_line(hour, choice))
            continue
        before = earlier(log)
        if before:
            log.append(_line(hour, before[0], "rollback"))
            assert earlier(log) == before[1:]
