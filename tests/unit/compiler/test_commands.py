"""Container components: what Kubeflow's SDK makes of the same command line, and how they are used beside pipelines."""

from pathlib import Path
from typing import Any, Optional

import pytest
import yaml

from penstock.compiler import compile_pipeline
from penstock.dsl import Concat, ContainerSpec, IfPresent, Output, Pipeline, component, container_component, pipeline
from penstock.ir.document import write_yaml
from support.author import Author

imports_kfp = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


@component
def load(n: int) -> Path: ...


@container_component
def total(
    rows: Path, column: int, sums: Output[Path], count: Output[int], title: str | None = None, more: bool = True
) -> ContainerSpec:
    return ContainerSpec(
        image="debian:12",
        command=["sh", "-c", 'awk "$@"'],
        args=[
            "--column",
            column,
            rows,
            sums,
            count,
            Concat(["--more=", more]),
            IfPresent("title", then=["--title", title], else_=["--untitled"]),
        ],
    )


@pipeline
def main(n: int) -> Path:
    return total(load(n), 2).sums


def compiled(pipeline: Pipeline[Any, Any]) -> Any:
    return yaml.safe_load(write_yaml(compile_pipeline(pipeline, project_root=Path(__file__).parent).document))


@imports_kfp
def test_kubeflows_sdk_makes_the_same_of_it(tmp_path: Path) -> None:
    from kfp import compiler, dsl

    @dsl.container_component
    def total(
        rows: dsl.Input[dsl.Artifact],
        column: int,
        sums: dsl.Output[dsl.Artifact],
        count: dsl.OutputPath(int),  # type: ignore[valid-type]
        title: Optional[str] = None,  # noqa: UP045 - kfp knows no other way to write it
        more: bool = True,
    ):  # type: ignore[no-untyped-def]
        return dsl.ContainerSpec(
            image="debian:12",
            command=["sh", "-c", 'awk "$@"'],
            args=[
                "--column",
                column,
                rows.path,
                sums.path,
                count,
                dsl.ConcatPlaceholder(["--more=", more]),
                dsl.IfPresentPlaceholder(input_name="title", then=["--title", title], else_=["--untitled"]),
            ],
        )

    compiler.Compiler().compile(total, str(tmp_path / "total.yaml"))
    theirs = yaml.safe_load((tmp_path / "total.yaml").read_text())
    ours = compiled(main)
    assert ours["components"]["comp-total"] == theirs["components"]["comp-total"]
    executors = [one["deploymentSpec"]["executors"]["exec-total"]["container"] for one in (ours, theirs)]
    assert executors[0] == executors[1]


def test_outside_of_a_pipeline_it_is_the_function_that_writes_the_command_line() -> None:
    made = total(rows=Path("a.csv"), column=2, sums=Path("out"), count=Path("n"))
    assert made.image == "debian:12"
    assert list(made.args)[:5] == ["--column", 2, Path("a.csv"), Path("out"), Path("n")]


def test_one_output_is_the_task_itself_and_several_are_attributes(author: Author) -> None:
    source = """
        from pathlib import Path
        from penstock import ContainerSpec, Output, container_component, pipeline

        @container_component
        def one(out: Output[Path]) -> ContainerSpec:
            return ContainerSpec("i", ["touch", out])

        @container_component
        def two(rows: Path, a: Output[Path], b: Output[str]) -> ContainerSpec:
            return ContainerSpec("i", ["touch", rows / "x", a, b, a.uri])

        @container_component
        def none(text: str) -> ContainerSpec:
            return ContainerSpec("i", ["echo", "<" + text + ">"])

        @pipeline
        def main():
            both = two(one())
            none(both.b)
    """
    compiled = author.compile(pipeline=source)
    assert compiled.container("two").command[1:] == [
        "{{$.inputs.artifacts['rows'].path}}/x",
        "{{$.outputs.artifacts['a'].path}}",
        "{{$.outputs.parameters['b'].output_file}}",
        "{{$.outputs.artifacts['a'].uri}}",
    ]
    assert compiled.container("none").command == ["echo", "<{{$.inputs.parameters['text']}}>"]
