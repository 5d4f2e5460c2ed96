"""The pipeline that the soak runs, and what each of its tasks must give: so that a wrong value is seen wherever it is.

Tasks write a line when they begin, so that what really ran can be held against the records. Results do not depend on
how often, in what order or where they are made.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from penstock.core.ids import Digest
from penstock.metadata.records import Execution

PIPELINE = """
import os, time
from pathlib import Path
from penstock import Retry, Text, component, each, pipeline, when


def note(what: str, folder: str, *numbers: int) -> None:
    handle = os.open(os.path.join(folder, "ledger.txt"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, f"{what}({','.join(map(str, numbers))})\\n".encode())
    os.close(handle)
    time.sleep(0.02)


def fail_at_first(what: str, times: int, folder: str) -> None:
    for k in range(times):
        try:
            os.close(os.open(os.path.join(folder, f"{what} {k}"), os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            continue
        raise RuntimeError(f"it fails at first: {k}")


@component
def start(n: int, folder: str) -> int:
    note("start", folder, n)
    return n + 1


@component
def letters(n: int, folder: str) -> Text:
    note("letters", folder, n)
    print("letters", n)
    return Text(f"{n:04}" * 1000)


@component
def count(texts: list[Text], folder: str) -> int:
    note("count", folder)
    return sum(int(text[:4]) for text in texts)


@component
def times(a: int, b: int, n: int, folder: str) -> int:
    note("times", folder, a, b, n)
    return a * b + n


@component
def total(numbers: list[int], folder: str) -> int:
    note("total", folder)
    return sum(numbers)


@component
def add(n: int, more: int, text: Text, folder: str) -> int:
    note("add", folder, more, n)
    return n + more + int(text[:4])


@component(retries=Retry(5, backoff="10ms"))
def shaky(n: int, folder: str) -> int:
    note("shaky", folder, n)
    fail_at_first(f"shaky {n}", 1, folder)
    return -n


@component
def fragile(n: int, folder: str) -> int:
    note("fragile", folder, n)
    fail_at_first(f"fragile {n}", 2, folder)
    return 10 * n


@pipeline
def inner(n: int, folder: str) -> int:
    return fragile(start(n, folder), folder)


@pipeline
def story(folder: str, n: int) -> int:
    first = start(n, folder)
    texts = [letters(k, folder) for k in each([1, 2, 3], parallelism=2)]
    grid = total([times(a, b, first, folder) for a in each([1, 2], parallelism=1) for b in each([4, 5])], folder)
    more = letters(first, folder)
    sums = add(first, count(texts, folder), more, folder)
    with when(first > 3):
        shaky(first, folder)
    within = inner.with_options(retries=Retry(1, backoff="10ms"))(first, folder)
    return add(sums, within, letters(grid, folder), folder)
"""
TASKS = 16
"""As many tasks has a run at least."""


def expected(n: int) -> int:
    """What a run of `story` gives."""
    first, grid = n + 1, 27 + 4 * (n + 1)
    sums = first + 6 + first
    return sums + 10 * (first + 1) + grid


def expected_output(execution: Execution) -> int | Digest | None:
    """What a task must give for what it was given; None for one whose inputs are artifacts or lists."""
    given = execution.inputs.parameters
    match component(execution):
        case "start":
            return int(given["n"]) + 1
        case "letters":
            return _digest(f"{int(given['n']):04}" * 1000)
        case "times":
            return int(given["a"]) * int(given["b"]) + int(given["n"])
        case "total":
            return sum(map(int, given["numbers"]))
        case "shaky":
            return -int(given["n"])
        case "fragile":
            return 10 * int(given["n"])
    return None


def ledger_name(execution: Execution) -> str:
    """What a task calls itself in the ledger: its component, and the numbers that it was given."""
    numbers = [str(int(value)) for _, value in sorted(_numbers(execution.inputs.parameters).items())]
    return f"{component(execution)}({','.join(numbers)})"


def component(execution: Execution) -> str:
    """As its author calls it."""
    return execution.component.removeprefix("comp-")


def _numbers(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if isinstance(value, int | float)}


def _digest(text: str) -> Digest:
    return Digest(f"sha256:{hashlib.sha256(text.encode()).hexdigest()}")
