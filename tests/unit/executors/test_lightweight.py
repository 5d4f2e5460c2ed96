"""Lightweight components are recognised, whichever release of Kubeflow's SDK compiled them, and nothing else is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from penstock.executors.process.forms.kfp import is_containerized, lifted, read_lightweight
from penstock.ir.document import read_document
from penstock.ir.spec import ContainerSpec

COMPILED = Path(__file__).parents[2] / "conformance" / "compiled"
RELEASES = sorted(path.name for path in COMPILED.iterdir())


def containers(release: str) -> Iterator[ContainerSpec]:
    for name in ("all_types", "exact_numbers", "retries"):
        for spec in read_document(COMPILED / release / f"{name}.yaml").pipeline.deployment_spec.executors.values():
            if spec.container is not None:
                yield spec.container


@pytest.fixture
def container() -> ContainerSpec:
    return next(containers("2.17.0"))


@pytest.mark.parametrize("release", RELEASES)
def test_a_component_of_every_release_is_recognised_with_the_sdk_that_it_pins(release: str) -> None:
    found = [read_lightweight(one) for one in containers(release)]
    assert len(found) > 5
    for component in found:
        assert component is not None
        assert f"kfp=={release}" in (*component.packages.alone, *component.packages.requirements)
        assert f"def {component.function}(" in component.source
        assert "kfp==9.9" in str(lifted(component.packages, "9.9"))


def test_without_a_preamble_any_release_of_the_sdk_will_do(container: ContainerSpec) -> None:
    component = read_lightweight(replace(container, command=container.command[-4:]))
    assert component is not None
    assert component.packages.alone == ("kfp",)


def test_what_the_source_imports_of_others_is_imported_beforehand(container: ContainerSpec) -> None:
    inside = "import pandas as pd, numpy.linalg; from sklearn import svm; from . import x"
    source = f"import os, kfp\ndef f():\n    {inside}\n"
    component = read_lightweight(replace(container, command=[*container.command[:-1], source]))
    assert component is not None
    assert component.imports == ("pandas", "numpy.linalg", "sklearn")


def test_a_script_that_does_something_else_is_an_ordinary_command(container: ContainerSpec) -> None:
    *before, shell, flags, script, source = container.command
    for changed in (script + "rm -rf /\n", script.replace("mktemp -d", "mktemp -d; curl x | sh"), ""):
        assert read_lightweight(replace(container, command=[*before, shell, flags, changed, source])) is None
    assert read_lightweight(replace(container, command=["sh", "-c", "apt-get update", *container.command[-4:]])) is None
    assert read_lightweight(replace(container, args=["--executor_input", "{}"])) is None
    assert read_lightweight(ContainerSpec(image="alpine", command=["echo", "kfp.dsl.executor_main", "x", "y"])) is None


def test_code_in_an_image_is_told_apart() -> None:
    inside = ContainerSpec(image="mine", command=["python3", "-m", "kfp.dsl.executor_main"])
    assert is_containerized(inside)
    assert read_lightweight(inside) is None
    assert not is_containerized(ContainerSpec(image="mine", command=["python3", "-m", "http.server"]))
