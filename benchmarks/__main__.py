"""`python -m benchmarks [NAME…] [--write docs/benchmarks.md]`: measures, prints the table, and keeps it.

A machine shared with others makes every time uncertain, so every row is a ratio of two things measured by turns.
Nothing here fails when an aim is missed: it is shown.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    batch,
    chain,
    environments,
    fan,
    features,
    imports,
    large,
    many,
    metrics,
    profiles,
    rerun,
    runs,
    share,
    tabular,
)
from benchmarks.measure import Result, machine
from benchmarks.peers import run as peers

BENCHMARKS: dict[str, Callable[[bool], list[Result]]] = {
    "import": imports.run,
    "chain": chain.run,
    "fan": fan.run,
    "runs": runs.run,
    "environments": environments.run,
    "tabular": tabular.run,
    "rerun": rerun.run,
    "many": many.run,
    "share": share.run,
    "large": large.run,
    "batch": batch.run,
    "features": features.run,
    "metrics": metrics.run,
    "profiles": profiles.run,
    "peers": peers.run,
}


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which: {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller sizes, to see that all works")
    parser.add_argument("--write", type=Path, help="also write the table into this Markdown page")
    options = parser.parse_args(arguments)
    unknown = set(options.names) - BENCHMARKS.keys()
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    results: list[Result] = []
    for name in options.names or BENCHMARKS:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        measured = BENCHMARKS[name](options.quick)
        print(*map(row, measured), sep="\n", file=sys.stderr, flush=True)  # a later one may not come to its end
        results += measured
    text = table(results)
    print(text)
    if options.write:
        options.write.write_text(page(text))


def table(results: list[Result]) -> str:
    """The results as a Markdown table."""
    lines = ["| measure | floor | floor takes | Penstock takes | ratio | aim | |", "|---|---|--:|--:|--:|--:|---|"]
    return "\n".join([*lines, *map(row, results)])


def row(result: Result) -> str:
    """One result as a row of the table."""
    ratio = "" if result.absolute else f"{result.ratio:.2f}"
    aim = f"≤ {_time(result.aim)}" if result.absolute else f"≤ {result.aim:.3g}"
    mark = "reached" if result.reached else "**missed**"
    notes = f" ({'; '.join(result.notes)})" if result.notes else ""
    floor, ours = _amount(result.floor, result), _amount(result.ours, result)
    return f"| {result.name}{notes} | {result.floor_name} | {floor} | {ours} | {ratio} | {aim} | {mark} |"


def _amount(value: float, result: Result) -> str:
    return _time(value) if result.unit == "s" else f"{value:.2f} {result.unit}"


def _time(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} µs"


def page(text: str) -> str:
    """The table as a page of the documentation."""
    return (
        "# Benchmarks\n\n"
        "Every row compares Penstock with a floor that was measured in the same run, by turns.\n"
        "Times are medians; of the large table and of the many tasks, of one run each.\n"
        "`make bench` measures again and writes this page. The peers at its end are installed from PyPI,\n"
        "each into an environment of its own.\n\n"
        f"Last measured on {datetime.now(UTC):%Y-%m-%d}: {machine()}.\n\n{text}\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
