"""The same pipeline, written for the `kfp` SDK and for us, becomes the same document.

What may differ: which of equal components are shared, the numbers in the names of groups (Kubeflow counts a
loop over a written list twice), and containers.
"""

# ruff: noqa: UP006, UP014, UP035, UP045 - kfp knows no other way to write these types

import re
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional

import pytest
import yaml

from penstock.compiler import compile_pipeline
from penstock.dsl import (
    Pipeline,
    Retry,
    TaskFinalStatus,
    collect,
    component,
    each,
    elsewhen,
    on_exit,
    one_of,
    otherwise,
    pipeline,
    when,
)
from penstock.ir.document import write_yaml

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning", "ignore::SyntaxWarning"
)


class Both(NamedTuple):
    a: int
    b: str


class Given(NamedTuple):
    number: int
    file: Path


@component
def score(path: str) -> float: ...


@component
def numbers() -> list[int]: ...


@component
def settings() -> list[dict[str, int]]: ...


@component
def file(x: int) -> Path: ...


@component
def read(d: Path) -> int: ...


@component
def count(i: int = 1, s: str = "x", o: int | None = None) -> int: ...


@component
def total(d: list[int]) -> None: ...


@component
def merge(d: list[Path]) -> None: ...


@component
def both(x: int) -> Both: ...


@component
def notify(url: str, status: TaskFinalStatus = TaskFinalStatus()) -> None: ...  # noqa: B008


@pipeline
def branches(path: str, rate: float = 0.1, n: int = 3) -> float:
    s = score(path)
    with when(s > 0.8):
        count(n)
    with when(n == 3):
        count(n)
    with when(s > rate):
        b = count(1)
    with elsewhen(n > 3):
        c = count(2)
    with otherwise():
        d = count(n)
    count(one_of(b, c, d), f"hello {path} x")
    count.after(s)(4)
    return s


@pipeline
def loops(path: str, depths: list[int] = [1, 2], records: list[dict[str, int]] = [{"a": 1}]):  # noqa: B006
    listed = numbers()
    for i in each([1, 2, 3], parallelism=2):
        x = count(i)
        made = file(x)
        for j in each(listed):
            y = file(j)
            z = count(i, path)
            with when(j > 2):
                count(z)
        merge(collect(y))
    merge(collect(made))
    total(collect(x))
    merge(collect(y))
    for item in each([{"a": 1, "b": 2}, {"a": 3, "b": 4}]):
        count(item["a"])
        count(item["b"])
    for i in each(depths):
        count(i)
    for record in each(records):
        count(record["a"])
    for record in each(settings()):
        count(record["a"])


@pipeline
def inner(n: int, d: Path) -> Given:
    read(d)
    return Given(count(n), file(n))


@pipeline
def nesting(url: str):
    with on_exit(notify.with_options(cache=False)(url)):
        x = count(1)
        pair = both(x)
        d = file.with_options(retries=Retry(3, "10s", 2.0, "100s"), cache=False)(1)
        first = inner(pair.a, d)
        read(first.file)
        inner(5, first.file)


def kfp_pipelines() -> dict[str, Any]:
    from kfp import dsl
    from kfp.dsl import Artifact, Input, Output

    @dsl.component
    def score(path: str) -> float: ...

    @dsl.component
    def numbers() -> List[int]: ...

    @dsl.component
    def settings() -> List[Dict[str, int]]: ...

    @dsl.component
    def file(x: int, out: Output[Artifact]): ...

    @dsl.component
    def read(d: Input[Artifact]) -> int: ...

    @dsl.component
    def count(i: int = 1, s: str = "x", o: Optional[int] = None) -> int: ...

    @dsl.component
    def total(d: List[int]): ...

    @dsl.component
    def merge(d: Input[List[Artifact]]): ...

    @dsl.component
    def both(x: int) -> NamedTuple("Both", [("a", int), ("b", str)]): ...

    @dsl.component
    def notify(url: str, status: dsl.PipelineTaskFinalStatus): ...

    @dsl.pipeline
    def branches(path: str, rate: float = 0.1, n: int = 3) -> float:
        s = score(path=path)
        with dsl.If(s.output > 0.8):
            count(i=n)
        with dsl.If(n == 3):
            count(i=n)
        with dsl.If(s.output > rate):
            b = count(i=1)
        with dsl.Elif(n > 3):
            c = count(i=2)
        with dsl.Else():
            d = count(i=n)
        count(i=dsl.OneOf(b.output, c.output, d.output), s=f"hello {path} x")
        count(i=4).after(s)
        return s.output

    @dsl.pipeline
    def loops(path: str, depths: List[int] = [1, 2], records: List[Dict[str, int]] = [{"a": 1}]):  # noqa: B006
        listed = numbers()
        with dsl.ParallelFor([1, 2, 3], parallelism=2) as i:
            x = count(i=i)
            made = file(x=x.output)
            with dsl.ParallelFor(listed.output) as j:
                y = file(x=j)
                z = count(i=i, s=path)
                with dsl.If(j > 2):
                    count(i=z.output)
            merge(d=dsl.Collected(y.outputs["out"]))
        merge(d=dsl.Collected(made.outputs["out"]))
        total(d=dsl.Collected(x.output))
        merge(d=dsl.Collected(y.outputs["out"]))
        with dsl.ParallelFor([{"a": 1, "b": 2}, {"a": 3, "b": 4}]) as item:
            count(i=item.a)
            count(i=item.b)
        with dsl.ParallelFor(depths) as i:
            count(i=i)
        with dsl.ParallelFor(records) as record:
            count(i=record.a)
        with dsl.ParallelFor(settings().output) as record:
            count(i=record.a)

    given = NamedTuple("Given", [("number", int), ("file", Artifact)])

    @dsl.pipeline
    def inner(n: int, d: Input[Artifact]) -> given:
        read(d=d)
        return given(count(i=n).output, file(x=n).outputs["out"])

    @dsl.pipeline
    def nesting(url: str):
        exit_task = notify(url=url)
        exit_task.set_caching_options(False)
        with dsl.ExitHandler(exit_task):
            x = count(i=1)
            pair = both(x=x.output)
            d = file(x=1).set_retry(3, "10s", 2.0, "100s").set_caching_options(False)
            first = inner(n=pair.outputs["a"], d=d.outputs["out"])
            read(d=first.outputs["file"])
            inner(n=5, d=first.outputs["file"])

    return {"branches": branches, "loops": loops, "nesting": nesting}


@pytest.mark.parametrize("ours", [branches, loops, nesting], ids=lambda one: one.name)
def test_both_compilers_agree(ours: Pipeline[Any, Any], tmp_path: Path) -> None:
    from kfp import compiler

    theirs = tmp_path / "theirs.yaml"
    compiler.Compiler().compile(kfp_pipelines()[ours.name], str(theirs))
    document = compile_pipeline(ours, project_root=Path(__file__).parent).document
    assert normal(write_yaml(document)) == normal(
        theirs.read_text().replace(" out:", " Output:").replace("-out", "-Output").replace(": out\n", ": Output\n")
    )


def normal(text: str) -> str:
    """The root with every component put in its place, and groups numbered without gaps."""
    document = next(iter(yaml.safe_load_all(text)))
    text = yaml.dump(_inlined(document["root"], document["components"]), Dumper=_Plain)
    for pattern in (
        r"(?<=for-loop-)\d+|(?<=branches-)\d+|(?<=condition-)\d+|(?<=handler-)\d+",
        r"(?<=loop-item-param-)\d+",
    ):
        numbers = sorted({int(number) for number in re.findall(pattern, text)})
        text = re.sub(pattern, lambda found, numbers=numbers: str(numbers.index(int(found[0])) + 1), text)  # type: ignore[misc]
    return re.sub(r"(?m)(: |- )(\d+)\.0$", r"\1\2", text)


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _inlined(component: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in component.items() if key != "executorLabel"}
    if "dag" in found:
        tasks = {name: _task(task, components) for name, task in found["dag"]["tasks"].items()}
        found["dag"] = found["dag"] | {"tasks": tasks}
    return found


def _task(task: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    return task | {"componentRef": _inlined(components[task["componentRef"]["name"]], components)}
