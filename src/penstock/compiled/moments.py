"""Columns of dates on their way into a graph: int64 microseconds since 1970, UTC where they have a time zone."""

import datetime as dt
from typing import Any

import numpy as np

GONE = np.iinfo(np.int64).min
"""A missing date inside the graph; NumPy's NaT."""


class Instants(np.ndarray[Any, Any]):
    """Dates of a column that has a time zone, in UTC: NumPy's own cannot say so."""


def of_numpy(values: Any, *, aware: bool) -> np.ndarray[Any, Any]:
    """NumPy's dates of any precision as microseconds."""
    micros: np.ndarray[Any, Any] = np.asarray(values).astype("datetime64[us]")
    return micros.view(Instants) if aware else micros


def of_objects(values: np.ndarray[Any, Any], gone: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
    """Python's dates, all with time zone or all without, as microseconds; None, if they are anything else."""
    there = values[~gone]
    if not len(there) or not all(isinstance(value, dt.date) for value in there):
        return None
    kinds = {getattr(value, "tzinfo", None) is not None for value in there}
    if len(kinds) > 1:
        return None
    made = np.full(len(values), "NaT", dtype="datetime64[us]")
    made[~gone] = [_naive(value) for value in there]
    return of_numpy(made, aware=kinds == {True})


def of_texts(values: np.ndarray[Any, Any], gone: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
    """ISO texts, as rows of JSON have them; None, if one of them is no date."""
    parsed = np.full(len(values), None, dtype=object)
    try:
        parsed[~gone] = [dt.datetime.fromisoformat(value) for value in values[~gone]]
    except (TypeError, ValueError):
        return None
    return of_objects(parsed, gone)


def is_aware(values: np.ndarray[Any, Any]) -> bool:
    """Whether these dates are instants."""
    return isinstance(values, Instants)


def _naive(value: Any) -> Any:
    if getattr(value, "tzinfo", None) is None:
        return np.datetime64(value, "us")
    return np.datetime64(value.astimezone(dt.UTC).replace(tzinfo=None), "us")
