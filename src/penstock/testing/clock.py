"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A `penstock.core.clock.Clock` for tests: both kinds of time move together, and only by `advance`."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        """Start at the given wall time, which has a zone. The monotonic time starts at zero."""
        self._start = start
        self._passed = timedelta()

    def now(self) -> datetime:
        return (self._start + self._passed).astimezone(UTC)

    def monotonic(self) -> float:
        return self._passed.total_seconds()

    def advance(self, by: timedelta | float) -> None:
        """Let time pass: a span, or seconds. Not backwards."""
        span = by if isinstance(by, timedelta) else timedelta(seconds=by)
        if span < timedelta():
            raise ValueError(f"time does not go back ({span})")
        self._passed += span
