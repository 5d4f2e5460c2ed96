"""Pipelines that compile to something else tomorrow, although nobody changed them."""

import pytest

from penstock.compiler.code.project import Project
from penstock.compiler.code.varying import Varies, how_it_varies
from penstock.compiler.targets import find_target
from support.author import Author, fresh_imports

PIPELINE = """
    import datetime as dt
    import os
    import random
    import time
    import uuid
    from datetime import date, datetime
    from datetime import date as day

    import features
    from penstock.dsl import component, pipeline

    STARTED = time.time()
    {constants}

    @component{option}
    def first(x: int, y: str = {component_default}) -> int:
        {body}
        return x

    @pipeline
    def main(x: int = 1, y: str = {default}):
        {inside}
        first(x, y)
"""

FEATURES = """
    import time
    from datetime import date

    def today():
        return str(date.today())

    def stamp():
        return str(inner())

    def inner():
        return time.time()

    def fixed():
        return "1"
"""


def varies(author: Author, **parts: str) -> Varies:
    given = {
        "constants": "",
        "option": "",
        "component_default": "'a'",
        "body": "pass",
        "default": "'b'",
        "inside": "pass",
    }
    author.write("features.py", FEATURES)
    author.write("pipeline.py", PIPELINE.format(**(given | parts)))
    with fresh_imports():
        found = find_target("pipeline.py", author.folder)
        return how_it_varies(found.pipeline.function, Project(found.root))


@pytest.mark.parametrize("value", ["str(date.today())", "str(day.today())", "str(dt.date.today())", "features.today()"])
@pytest.mark.parametrize("place", ["default", "component_default"])
def test_a_default_that_is_the_date_varies_daily(author: Author, place: str, value: str) -> None:
    assert varies(author, **{place: value}) is Varies.DAILY


@pytest.mark.parametrize(
    "value",
    [
        "str(datetime.now())",
        "datetime.today().isoformat()",
        "dt.datetime.utcnow().isoformat()",
        "str(time.time())",
        "str(random.random())",
        "str(uuid.uuid4())",
        "str(os.getpid())",
        "features.stamp()",
        "str(date.today()) + str(time.time())",
    ],
)
@pytest.mark.parametrize("place", ["default", "inside"])
def test_the_time_and_chance_always_vary(author: Author, place: str, value: str) -> None:
    assert varies(author, **{place: value}) is Varies.ALWAYS


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"body": "x = time.time() + random.random()"},
        {"body": "y = str(date.today())"},
        {"default": "features.fixed()"},
        {"default": "str(random.Random(1))"},
        {"default": "str(date(2026, 1, 1))"},
        {"default": "os.environ.get('DAY', '')"},
    ],
)
def test_what_runs_later_or_is_always_the_same_does_not_count(author: Author, parts: dict[str, str]) -> None:
    assert varies(author, **parts) is Varies.NOT


def test_options_and_constants_count_that_the_pipeline_uses(author: Author) -> None:
    assert varies(author, option="(env={'DAY': str(date.today())})") is Varies.DAILY
    assert varies(author, constants="NOW = str(datetime.now())", default="NOW") is Varies.ALWAYS
    assert varies(author, constants="NOW = str(datetime.now())") is Varies.NOT
