"""Ready components in an author's pipeline: what the compiler makes of them, and whose line it blames."""

from pathlib import Path

import polars as pl
import pytest
from sklearn.linear_model import LinearRegression

from penstock import component, pipeline
from penstock.compiler.compilation import compile_pipeline
from penstock.compiler.errors import CompilationFailed
from penstock.components import cross_validate, gate
from penstock.ir.manifest import read_manifest, read_package


@component
def rows() -> pl.DataFrame:
    return pl.DataFrame({"x": [1.0], "y": [2.0]})


@component
def train(part: pl.DataFrame, inputs: list[str]) -> LinearRegression:
    return LinearRegression().fit(part.select(inputs).to_pandas(), part["y"].to_numpy())


@pipeline
def judged(least: float = 0.5):
    gate(train(rows(), ["x"]), rows(), "y", name="m", min_r2=least, max_mae=3)


@pipeline
def folded():
    cross_validate(train, rows(), "y")


@pipeline
def mistaken():
    gate(train(rows(), ["x"]), rows(), "y", name=rows())


@pipeline
def unknown():
    gate(train(rows(), ["x"]), rows(), "y", name="m", min_r3=0.5)


def compiled(made):
    return compile_pipeline(made, project_root=Path(__file__).parent).document.pipeline


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(Path(__file__).read_text().splitlines(), 1) if text in line)


def test_a_ready_component_is_known_by_its_version_and_brings_no_code_along() -> None:
    containers = compiled(judged).deployment_spec.executors
    container = containers["exec-gate"].container
    assert container is not None
    manifest = read_manifest(container)
    assert manifest is not None
    assert (manifest.module, manifest.function) == ("penstock.components.gating", "judge")
    assert list(manifest.code) == ["penstock.components.gating"]
    assert "polars" in manifest.environment
    assert "polars" in manifest.imports, "a warm worker has it"
    assert read_package(container) == ""


def test_limits_may_be_parameters_of_the_pipeline() -> None:
    task = compiled(judged).root.dag.tasks["gate"]
    given = task.inputs.parameters["limits"].runtime_value.constant
    assert given == "min_r2={{$.inputs.parameters['pipelinechannel--least']}} max_mae=3"


def test_a_mistake_is_blamed_on_the_authors_line() -> None:
    with pytest.raises(CompilationFailed) as caught:
        compiled(mistaken)
    (found,) = caught.value.diagnostics
    assert (found.place.file, found.place.line) == (__file__, line_of("name=rows())"))


def test_a_training_that_lacks_an_argument_is_said_where_it_is_passed() -> None:
    with pytest.raises(CompilationFailed) as caught:
        compiled(folded)
    (found,) = caught.value.diagnostics
    assert "task 'train' needs `inputs`" in found.message
    assert (found.place.file, found.place.line) == (__file__, line_of("cross_validate(train, rows()"))


def test_an_unknown_limit_is_said_while_compiling() -> None:
    with pytest.raises(CompilationFailed, match=r"knows no limit `min_r3` \[CMT026\]\n  hint: did you mean `min_r2`\?"):
        compiled(unknown)
