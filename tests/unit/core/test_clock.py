"""The system's clock and the one that tests hold still."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from penstock.core.clock import Clock, SystemClock
from penstock.testing.clock import FakeClock


@pytest.mark.parametrize("clock", [SystemClock(), FakeClock()])
def test_wall_time_is_utc_and_monotonic_time_does_not_go_back(clock: Clock) -> None:
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()


def test_a_fake_clock_stands_still_until_it_is_moved() -> None:
    clock = FakeClock(datetime(2026, 11, 21, 17, tzinfo=UTC))
    assert (clock.now(), clock.monotonic()) == (clock.now(), clock.monotonic())
    clock.advance(1.5)
    clock.advance(timedelta(minutes=1))
    assert clock.now() == datetime(2026, 11, 21, 17, 1, 1, 500_000, tzinfo=UTC)
    assert clock.monotonic() == 61.5


def test_a_fake_clock_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="time does not go back"):
        FakeClock().advance(-1)


def test_a_fake_clock_tells_utc_wherever_it_was_set() -> None:
    clock = FakeClock(datetime(2026, 1, 1, 9, tzinfo=timezone(timedelta(hours=9))))
    assert clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
