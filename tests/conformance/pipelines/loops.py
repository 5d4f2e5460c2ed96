"""Loops over raw lists, parameters and outputs; sub-fields; nested loops; limits of parallelism."""

from typing import Dict, List

from kfp import dsl


@dsl.component
def make_list() -> List[int]:
    return [1, 2, 3]


@dsl.component
def make_records() -> List[Dict[str, int]]:
    return [{"a": 1, "b": 10}, {"a": 2, "b": 20}]


@dsl.component
def is_in(value: int, among: List[int]):
    assert type(value) is int and value in among, (value, among)


@dsl.component
def is_text(value: str):
    assert value in ("a'b", 'say "x"', "{" + "{$.pipeline_job_name}" + "}", "ü\n\t\\"), repr(value)


@dsl.component
def is_record(record: dict, a: str, b: str):
    assert record == {"a": a, "b": b} and a in ("1", "2"), (record, a, b)


@dsl.component
def is_pair(outer: int, inner: int):
    assert (outer, inner) in [(x, y) for x in (1, 2) for y in (1, 2, 3)], (outer, inner)


@dsl.component
def is_sum(a: int, b: int):
    assert b == 10 * a, (a, b)


@dsl.pipeline(name="loops")
def loops(given: List[int] = [4, 5], names: List[str] = ["a'b", "ü\n\t\\"]):
    with dsl.ParallelFor([1, 2, 3]) as raw:
        is_in(value=raw, among=[1, 2, 3])
    with dsl.ParallelFor(["a'b", 'say "x"', "{{$.pipeline_job_name}}"]) as text:
        is_text(value=text)
    with dsl.ParallelFor(names) as name:
        is_text(value=name)
    with dsl.ParallelFor([{"a": "1", "b": "x"}, {"a": "2", "b": "y's"}]) as record:
        is_record(record=record, a=record.a, b=record.b)
    with dsl.ParallelFor(given, parallelism=1) as item:
        is_in(value=item, among=given)
    with dsl.ParallelFor(make_list().output) as made:
        is_in(value=made, among=[1, 2, 3])
    with dsl.ParallelFor(make_records().output) as row:
        is_sum(a=row.a, b=row.b)
    with dsl.ParallelFor([1, 2], parallelism=2) as outer, dsl.ParallelFor([1, 2, 3]) as inner:
        is_pair(outer=outer, inner=inner)
