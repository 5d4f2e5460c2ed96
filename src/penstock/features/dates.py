"""Dates as numbers: their parts, and where on a circle those that come round again are."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from penstock.features.calendar import DAY, GONE, PARTS, PERIODS, local, moment_of, moments, part_of
from penstock.features.frames import ColumnTransforming


class _Dates(ColumnTransforming):
    """What transformers of dates share. Its subclasses have `parts`, `timezone` and `unparsed`."""

    known: ClassVar[Sequence[str]]
    parts: Sequence[str]
    timezone: str | None
    unparsed: str

    def _moments(self, X: Any) -> list[tuple[Any, Any, Any]]:
        """Of each date the moments, what the clock shows then, and which are missing."""
        names, columns = self._columns(X)
        found = []
        for column, name in zip(columns, names, strict=True):
            values, instants = moments(column, name, self.unparsed)
            found.append((values, local(values, instants, self.timezone), values == GONE))
        return found

    def _check_parameters(self) -> None:
        if isinstance(self.parts, str) or any(part not in self.known for part in self.parts):
            raise ValueError(f"parts={self.parts!r}, but parts are a list of {', '.join(self.known)}")
        if self.unparsed not in {"error", "missing"}:
            raise ValueError(f"unparsed={self.unparsed!r}, but it is 'error' or 'missing'")
        try:
            pd.Timestamp(0, tz=self.timezone)
        except (KeyError, OSError) as error:
            raise ValueError(f"there is no time zone timezone={self.timezone!r}") from error


class DateParts(_Dates):
    """Parts of dates as numbers, one column for each date and part.

    A date is a datetime, with or without time zone, or a text of ISO 8601 (`2026-03-01`, `2026-03-01 08:30:15.25`,
    `2026-03-01T08:30+01:00`). A missing one has missing parts.

    Args:
        parts: Of `year`, `quarter`, `month`, `day`, `weekday` (Monday is 0), `dayofyear`, `hour`, `minute`, `second`
            and `elapsed`: days, with their fraction, since `since`.
        timezone: Whose clock tells the parts of a date that has a time zone or an offset, e.g. `Europe/Warsaw`; UTC
            by default. A date without is on that clock already.
        since: The beginning of `elapsed`, as an ISO text.
        unparsed: What to make of a text that is no date: an `error`, or `missing`.
    """

    known = PARTS

    def __init__(
        self,
        parts: Sequence[str] = ("year", "month", "day", "weekday", "hour"),
        *,
        timezone: str | None = None,
        since: str = "1970-01-01",
        unparsed: str = "error",
    ) -> None:
        self.parts = parts
        self.timezone = timezone
        self.since = since
        self.unparsed = unparsed

    def transform(self, X: Any) -> Any:
        """A matrix of float64: the parts of the first date, then those of the next."""
        self._check_parameters()
        beginning, found = moment_of(self.since), [np.empty((len(X), 0))]
        for values, shown, gone in self._moments(X):
            for part in self.parts:
                made = (values - beginning) / DAY if part == "elapsed" else part_of(shown, part)
                found.append(np.where(gone, np.nan, made)[:, None])
        return np.hstack(found)

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """`date_year`, `date_month`, …"""
        names = [f"{name}_{part}" for name in self._names(input_features) for part in self.parts]
        return np.array(names, dtype=object)

    def _check_parameters(self) -> None:
        super()._check_parameters()
        moment_of(self.since)


class CyclicDateParts(_Dates):
    """Parts of dates that come round again, as the sine and cosine of where on the circle they are.

    So December is next to January, and 23 o'clock to midnight. Two columns for each date and part.

    Args:
        parts: Of `quarter`, `month`, `day`, `weekday`, `dayofyear`, `hour`, `minute` and `second`.
        timezone: As for `DateParts`.
        unparsed: As for `DateParts`.
    """

    known = tuple(PERIODS)

    def __init__(
        self,
        parts: Sequence[str] = ("month", "weekday", "hour"),
        *,
        timezone: str | None = None,
        unparsed: str = "error",
    ) -> None:
        self.parts = parts
        self.timezone = timezone
        self.unparsed = unparsed

    def transform(self, X: Any) -> Any:
        """A matrix of float64: sine and cosine of the first part of the first date, and so on."""
        self._check_parameters()
        found = [np.empty((len(X), 0))]
        for _, shown, gone in self._moments(X):
            for part in self.parts:
                place = part_of(shown, part) - PERIODS[part][0]
                found += [np.where(gone, np.nan, curve[place])[:, None] for curve in circle(part)]
        return np.hstack(found)

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """`date_month_sin`, `date_month_cos`, …"""
        ends = [f"{part}_{curve}" for part in self.parts for curve in ("sin", "cos")]
        return np.array([f"{name}_{end}" for name in self._names(input_features) for end in ends], dtype=object)


def circle(part: str) -> tuple[Any, Any]:
    """Sine and cosine of each value of a part, from its first one on."""
    _, count = PERIODS[part]
    angles = 2 * np.pi * np.arange(count) / count
    return np.sin(angles), np.cos(angles)
