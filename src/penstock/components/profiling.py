"""Profiles as tasks: sketches of each column, and a page to look at."""

from typing import NamedTuple

import polars as pl

from penstock.data.values import HTML
from penstock.dsl import component
from penstock.profiles.profiler import profile
from penstock.profiles.table import Profile


class Profiled(NamedTuple):
    """What the columns of a table look like."""

    profile: Profile
    report: HTML
    """The exploratory report."""


@component
def profile_table(rows: pl.LazyFrame, *, target: str = "", title: str = "Profile") -> Profiled:
    """Profile a table, and write the exploratory report. It streams.

    Args:
        rows: The table.
        target: The column that a model is to predict, if there is one: how much the others tell of it is shown.
        title: Of the report.

    Raises:
        NoSuchColumn: The table has no column called `target`.
    """
    made = profile(rows, target=target or None)
    return Profiled(made, made.html(title))
