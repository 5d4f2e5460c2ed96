"""Naive forecasts, which any model has to beat: the last value, and that of the same moment a season before."""

import polars as pl

from penstock.components.windows import shifted

LAST, SEASONAL = "last_value", "seasonal"


def naive_forecasts(
    past: pl.DataFrame, future: pl.DataFrame, *, time: str, target: str, series: str = "", season: str = ""
) -> pl.DataFrame:
    """What the naive methods say for each row of `future`, from `past` alone.

    Args:
        past: What is known, in order of time.
        future: What is asked for.
        time: The column with the time of a row.
        target: The column to forecast.
        series: A column that tells several series in one table apart, such as the shop.
        season: A length of time after which things repeat, such as `"7d"`; empty for none.

    Returns:
        The columns `last_value`, and `seasonal` if there is a season, in the order of `future`. Null where the past
        has nothing to go by.
    """
    keys = [series] if series else []
    seen = past.filter(pl.col(target).is_not_null()).select(*keys, time, pl.col(target).cast(pl.Float64))
    asked = future.select(*keys, time).with_row_index("row")
    if keys:
        last = asked.join(seen.group_by(keys, maintain_order=True).agg(pl.col(target).last()), on=keys, how="left")
        values = last.sort("row")[target]
    else:
        value = seen[target].last() if len(seen) else None
        values = pl.repeat(value, len(asked), dtype=pl.Float64, eager=True)
    found = pl.DataFrame({LAST: values})
    if season:
        found = found.with_columns(_seasonal(seen, asked, time, target, keys, season).alias(SEASONAL))
    return found


def _seasonal(
    seen: pl.DataFrame, asked: pl.DataFrame, time: str, target: str, keys: list[str], season: str
) -> pl.Series:
    """The value one season before; where that is not known yet, two seasons before, and so on."""
    known = seen.group_by([*keys, time]).agg(pl.col(target).mean())
    found = pl.repeat(None, len(asked), dtype=pl.Float64, eager=True)
    if not len(known) or not len(asked):
        return found
    moments, begin = asked[time], known[time].min()
    while found.null_count():
        moments = shifted(moments, season, back=True)
        if (moments < begin).all():
            break
        here = asked.with_columns(moments.alias(time)).join(known, on=[*keys, time], how="left").sort("row")
        found = pl.select(pl.coalesce(found, here[target])).to_series()
    return found
