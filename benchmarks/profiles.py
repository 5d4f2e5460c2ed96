"""What a profile costs, which each training makes of its table, against Polars' `describe`, which keeps no sketches."""

from benchmarks.measure import Result, by_turns, seconds


def run(quick: bool) -> list[Result]:
    import numpy as np
    import polars as pl

    from penstock.profiles import profile

    rows = 20_000 if quick else 200_000
    generator = np.random.default_rng(0)
    columns: dict[str, object] = {f"number {place}": generator.normal(size=rows) for place in range(12)}
    columns |= {f"whole {place}": generator.integers(0, 100, rows) for place in range(4)}
    columns |= {f"text {n}": pl.Series(generator.integers(0, n, rows)).cast(pl.String) for n in (5, 300, 20_000)}
    columns["flag"] = generator.random(rows) < 0.3
    table = pl.DataFrame(columns)
    floor, ours = by_turns(lambda: seconds(table.describe), lambda: seconds(lambda: profile(table)), 3 if quick else 10)
    return [
        Result(
            name=f"profile of {rows:,} rows and 20 columns",
            floor_name="Polars' `describe`",
            floor=floor,
            ours=ours,
            aim=2.5,
            notes=[f"{20 * rows / ours / 1e6:.0f} million values a second"],
        )
    ]
