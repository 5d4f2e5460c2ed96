"""Branches, loops, exit handlers, nesting and options, as they turn out when a pipeline runs."""

from collections.abc import Iterator

import pytest

from penstock import Text
from support.stories import Author, executed, states

PARTS = '''
"""Components that say what they did."""

import os
import time
from pathlib import Path

from penstock import Metrics, Retry, TaskFinalStatus, Text, component


def note(folder: str, text: str) -> None:
    with Path(folder, "notes.txt").open("a") as file:
        file.write(text + "\\n")


@component
def number(n: int) -> int:
    return n


@component
def say(text: str) -> str:
    return text


@component
def write(text: str) -> Text:
    return Text(text)


@component
def numbers(n: int) -> list[int]:
    return list(range(n))


@component
def times(a: int, b: int = 10) -> int:
    return a * b


@component
def is_large(n: int) -> bool:
    return n > 2


@component
def total(items: list[int]) -> int:
    return sum(items)


@component
def texts(n: int) -> list[Text]:
    return [Text("x" * i) for i in range(n)]


@component
def shout(text: Text) -> Text:
    return Text(text.upper())


@component
def config() -> dict[str, dict[str, int]]:
    return {"size": {"depth": 3, "width": 4}}


@component
def merge(texts: list[Text]) -> str:
    return "|".join(texts)


@component
def settings(n: int) -> list[dict[str, float]]:
    return [{"depth": float(i), "rate": 0.5} for i in range(n)]


@component
def fit(depth: float, rate: float) -> Metrics:
    return Metrics(score=depth * rate)


@component
def best(scores: list[Metrics]) -> float:
    return max((score["score"] for score in scores), default=-1)


@component(cache=False)
def work(folder: str, fail: bool) -> int:
    note(folder, "work")
    if fail:
        raise ValueError("no work today")
    return 1


@component(cache=False)
def then(folder: str, x: int = -1) -> int:
    note(folder, f"then {x}")
    return x


@component(cache=False)
def tell(folder: str, status: TaskFinalStatus = TaskFinalStatus()) -> None:
    note(folder, f"told: {status.state} {status.error}")


@component
def maybe(given: str | None = None) -> str | None:
    return given


@component
def maybe_text(given: str | None = None) -> Text | None:
    return None if given is None else Text(given)


@component
def shown(x: int = 5, name: str | None = "nobody", text: Text | None = None) -> str:
    return f"{x} {name!r} {text!r}"


@component(cache=False, retries=Retry(3, backoff="50ms", factor=2))
def flaky(folder: str) -> int:
    note(folder, "try")
    tries = Path(folder, "notes.txt").read_text().count("try")
    print("try", tries)
    if tries < 3:
        raise RuntimeError(f"not at {tries}")
    return tries


@component(timeout=1)
def slow() -> int:
    print("going to sleep")
    time.sleep(60)
    return 1


@component(memory="300Mi")
def greedy() -> int:
    return len(bytearray(2 << 30))


@component(env={"STORY": "told"})
def variable() -> str:
    return os.environ["STORY"]


@component(requirements=["iniconfig==2.0.0"])
def version() -> str:
    import iniconfig

    assert iniconfig.IniConfig
    from importlib.metadata import version

    return version("iniconfig")
'''

FLOW = """
from dataclasses import dataclass
from typing import NamedTuple

from parts import (
    best, config, fit, flaky, greedy, is_large, maybe, maybe_text, merge, number, numbers, say, settings, shout, shown,
    slow, tell, texts, then, times, total, variable, version, work, write,
)
from penstock import Text, collect, each, elsewhen, on_exit, one_of, otherwise, pipeline, when


class Chosen(NamedTuple):
    parameter: str
    artifact: Text


@pipeline
def branches(n: int) -> Chosen:
    found = number(n)
    with when(found > 10):
        a, x = say(f"large {found}"), write("large")
    with elsewhen((found > 5) & ~(found == 7)):
        b, y = say("middle"), write("middle")
    with otherwise():
        with when(found < 0):
            c = say("negative")
        with otherwise():
            d = say("small")
        e, z = one_of(c, d), write("small")
    return Chosen(say(one_of(a, b, e)), one_of(x, y, z))


@dataclass
class Setting:
    depth: float
    rate: float


class Loops(NamedTuple):
    literal: int
    output: int
    parameter: int
    entries: float
    objects: float
    nested: int
    artifacts: str
    nothing: int
    collected: list[int]
    some: list[str]


@pipeline
def loops(xs: list[int] = [1, 2, 3], none: list[int] = []) -> Loops:
    literal = total([times(i) for i in each([1, 2, 3], parallelism=1)])
    output = total([times(i) for i in each(numbers(4))])
    parameter = total([times(i) for i in each(xs)])
    entries = best([fit(one["depth"], one["rate"]) for one in each(settings(3))])
    objects = best([fit(one.depth, one.rate) for one in each([Setting(2, 0.5), Setting(4, 0.5)])])
    nested = total([times(i, j) for i in each([1, 2]) for j in each(xs)])
    artifacts = merge([write(f"{i}{j}") for i in each(["a", "b"]) for j in each(xs)])
    nothing = total([times(i) for i in each(none)])
    for x in each(xs):
        double = times(x, 2)
    for x in each(xs):
        with when(is_large(x) == True):
            large = say(f"{x} is large")
        with otherwise():
            small = say(f"{x} is small")
        some = one_of(large, small)
    return Loops(
        literal, output, parameter, entries, objects, nested, artifacts, nothing, collect(double), collect(some)
    )


@pipeline
def exits(folder: str, fail: bool = False):
    with on_exit(tell(folder)):
        x = work(folder, fail)
        then(folder, x)
        then.with_options(ignore_upstream_failure=True, name="anyway")(folder, x)


@pipeline
def innermost(x: int = 1, name: str | None = None, text: Text | None = None) -> str:
    return shown(x, name, text)


@pipeline
def inner(x: int, name: str | None = None, text: Text | None = None) -> str:
    return innermost(x, name, text)


class Nested(NamedTuple):
    defaults: str
    passed: str
    none: str
    left_out: str
    deep: str
    nothing: str | None


@pipeline
def nested() -> Nested:
    return Nested(
        defaults=shown(),
        passed=inner(2, "me", write("t")),
        none=shown(3, maybe(), maybe_text()),
        left_out=innermost(),
        deep=inner(4, maybe("you"), maybe_text("u")),
        nothing=maybe(None),
    )


class Deep(NamedTuple):
    shouted: list[Text]
    merged: str
    field: int
    said: str
    sums: list[int]


@pipeline
def guarded(items: list[int], folder: str) -> list[int]:
    with on_exit(tell(folder)):
        for item in each(items):
            with when(item > 1):
                then(folder, item)
            double = times(item, 2)
    return collect(double)


@pipeline
def deep(folder: str, options: dict[str, int] = {"k": 7}) -> Deep:
    shouted = [shout(text) for text in each(texts(3))]
    found = config()
    for one in each([1, 2]):
        with when(one == 2):
            sums = guarded([1, 2], folder)
            total(sums)
    return Deep(
        shouted=shouted,
        merged=merge(shouted),
        field=number(found["size"]["depth"]),
        said=say(f"{found['size']['depth']} by {found['size']['width']} and {options['k']}"),
        sums=guarded([3], folder),
    )


@pipeline
def order(folder: str):
    first = then(folder, 1)
    second = then.after(first)(folder, 2)
    for i in each([3], parallelism=1):
        third = then.after(second)(folder, i)
    then.after(third)(folder, 4)


@pipeline
def options(folder: str) -> str:
    flaky(folder)
    slow()
    greedy()
    return variable()


@pipeline
def environment() -> str:
    return version()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Author]:
    with Author(tmp_path_factory.mktemp("flow"), parts=PARTS, flow=FLOW) as author:
        yield author


@pytest.fixture
def author(home: Author) -> Author:
    (home.folder / "notes.txt").unlink(missing_ok=True)
    return home


def notes(author: Author) -> list[str]:
    return (author.folder / "notes.txt").read_text().splitlines()


@pytest.mark.parametrize(
    ("n", "said", "written"),
    [(11, "large 11", "large"), (6, "middle", "middle"), (7, "small", "small"), (-1, "negative", "small")],
)
def test_one_branch_is_taken_and_the_others_are_skipped(author: Author, n: int, said: str, written: str) -> None:
    run = author.run("flow.py:branches", "--param", f"n={n}")
    assert run.outputs["parameter"] == said
    assert run.outputs["artifact"].load() == Text(written)
    assert run.outputs["artifact"].record.type == "system.Artifact"
    assert list(states(run).values()).count("SKIPPED") >= 2


def test_loops_go_over_everything_that_is_a_list_and_collect_what_they_make(author: Author) -> None:
    run = author.run("flow.py:loops")
    assert run.outputs == {
        "literal": 60,
        "output": 60,
        "parameter": 60,
        "entries": 1.0,
        "objects": 2.0,
        "nested": 18,
        "artifacts": "a1|a2|a3|b1|b2|b3",
        "nothing": 0,
        "collected": [2, 4, 6],
        "some": ["1 is small", "2 is small", "3 is large"],
    }
    longer = author.run("flow.py:loops", "--param", "xs=[1, 2, 3, 4]")
    assert longer.outputs["collected"] == [2, 4, 6, 8]
    within = [path for path in executed(longer) if "[" in path]
    assert within
    assert all("[3]." in path for path in within)
    assert "✓ 4  of 4" in author.says("runs", "show", "last")


def test_an_exit_task_is_told_of_success(author: Author) -> None:
    author.run("flow.py:exits", "--param", f"folder={author.folder}")
    assert sorted(notes(author)[:-1]) == ["then 1", "then 1", "work"]
    assert notes(author)[-1] == "told: SUCCEEDED "


def test_an_exit_task_is_told_of_failure_and_why(author: Author) -> None:
    run = author.run("flow.py:exits", "--param", f"folder={author.folder}", "--param", "fail=true", code=1)
    assert notes(author) == ["work", "then -1", "told: FAILED 'work' failed: ValueError: no work today"]
    assert states(run) == {
        "exit-handler-1": "FAILED",
        "exit-handler-1.work": "FAILED",
        "exit-handler-1.then": "SKIPPED",
        "exit-handler-1.anyway": "SUCCEEDED",
        "tell": "SUCCEEDED",
    }
    assert run.error is not None
    assert run.error.message == "ValueError: no work today"


def test_pipelines_in_pipelines_hand_on_what_is_given_and_what_is_not(author: Author) -> None:
    run = author.run("flow.py:nested")
    assert run.outputs == {
        "defaults": "5 'nobody' None",
        "passed": "2 'me' 't'",
        "none": "3 'nobody' None",
        "left_out": "1 'nobody' None",
        "deep": "4 'you' 'u'",
        "nothing": None,
    }
    assert run["maybe-text"].output is None


def test_exits_branches_and_loops_stand_in_one_another(author: Author) -> None:
    run = author.run("flow.py:deep", "--param", f"folder={author.folder}", "--param", 'options={"k": 8}')
    assert [one.load() for one in run.outputs["shouted"]] == ["", "X", "XX"]
    assert run.outputs["merged"] == "|X|XX"
    assert run.outputs["field"] == 3
    assert run.outputs["said"] == "3 by 4 and 8"
    assert run.outputs["sums"] == [6]
    assert sorted(notes(author)) == ["then 2", "then 3", "told: SUCCEEDED ", "told: SUCCEEDED "]
    inner = [path for path in states(run) if path.startswith("for-loop-2[1].") and path.endswith("total")]
    assert [states(run)[path] for path in inner] == ["SUCCEEDED"]


def test_order_without_data_is_kept(author: Author) -> None:
    author.run("flow.py:order", "--param", f"folder={author.folder}")
    assert notes(author) == ["then 1", "then 2", "then 3", "then 4"]


def test_options_of_tasks_are_obeyed(author: Author) -> None:
    run = author.run("flow.py:options", "--param", f"folder={author.folder}", code=1)
    assert run["variable"].output == "told"
    assert run["flaky"].output == 3
    assert run["flaky"].attempts == 3
    assert run["flaky"].logs() == "try 3\n"
    greedy, slow = run["greedy"].error, run["slow"].error
    assert greedy is not None
    assert slow is not None
    assert "limit" in greedy.message
    assert "return len(bytearray(2 << 30))" in greedy.traceback
    assert "ran longer than its limit of 1 s" in slow.message
    assert run["slow"].logs() == "going to sleep\n"
    assert author.says("runs", "logs", "last", "flaky", "--attempt", "1") == "try 1\n"


def test_a_component_has_an_environment_of_its_own(author: Author) -> None:
    inline = author.run("flow.py:environment", "--inline")
    assert inline.output != "2.0.0"
    run = author.run("flow.py:environment")
    assert executed(run) == {"version"}
    assert run.output == "2.0.0"
