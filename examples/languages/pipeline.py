"""A pipeline in three languages: Python makes a table, AWK adds it up, Perl ranks it, Python takes it back."""

import tempfile
from pathlib import Path
from typing import NamedTuple

import polars as pl

from penstock import ContainerSpec, Output, component, container_component, pipeline

HERE = Path(__file__).parent
"""Read only where command lines are written: when the pipeline is compiled. Tasks have no files beside them."""


class Answer(NamedTuple):
    areas: pl.DataFrame
    text: str


@component
def trips(count: int) -> Path:
    """Trips of a small town: area and fare."""
    numbers = pl.int_range(count, eager=True)
    table = pl.DataFrame({"area": "area " + (numbers * 7 % 5).cast(pl.String), "fare": numbers % 40 + 3.25})
    file = Path(tempfile.mkdtemp(), "trips.csv")
    table.write_csv(file)
    return file


@container_component
def by_area(rows: Path, key: str, value: str, sums: Output[Path]) -> ContainerSpec:
    """Adds a column up, in AWK. The program is an argument, so that it goes wherever the pipeline goes."""
    program = (HERE / "by_area.awk").read_text()
    script = 'awk -v key="$1" -v value="$2" "$0" "$3" > "$4"'
    return ContainerSpec(image="debian:12-slim", command=["sh", "-ec", script, program], args=[key, value, rows, sums])


@container_component(memory="500M")
def rank(sums: Path, ranked: Output[Path], total: Output[float], top: int = 3) -> ContainerSpec:
    """Orders and cuts off, in Perl."""
    program = (HERE / "rank.pl").read_text()
    return ContainerSpec(image="perl:5.40-slim", command=["perl", "-e", program], args=[sums, ranked, total, top])


@component
def tell(ranked: Path, total: float) -> Answer:
    """Back in Python."""
    areas = pl.read_csv(ranked)
    first = areas.row(0, named=True)
    return Answer(areas, f"{first['area']} takes {first['share']:.1%} of {total:.2f}")


@pipeline
def languages(count: int = 1000, top: int = 3) -> Answer:
    """Fares by area."""
    result = rank(by_area(trips(count), "area", "fare"), top=top)
    return tell(result.ranked, result.total)
