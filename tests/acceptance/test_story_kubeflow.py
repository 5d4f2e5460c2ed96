"""A file for Kubeflow in the hands of the real command: compiled once, and again when something of it changes."""

from pathlib import Path

import pytest
import yaml

from support.projects import Project

STEPS = """
from kfp import dsl

print("noise")


@dsl.component
def add(a: int, b: int = 2) -> int:
    return a + b
"""

FLOW = """
from pathlib import Path

from kfp import components, dsl

from steps import add

loaded = components.load_component_from_file(str(Path(__file__).with_name("loaded.yaml")))


@dsl.pipeline(name="sums")
def sums(x: int = 1) -> int:
    return loaded(a=add(a=x).output).output
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path, steps=STEPS, flow=FLOW)
    made.penstock("compile", "steps.py", "-o", "loaded.yaml").succeeded()
    return made


def defaults(project: Project) -> set[float]:
    """The defaults of `b`, of both components."""
    ended = project.penstock("compile", "flow.py:sums").succeeded()
    assert ended.err == "", "neither what the file prints nor what kfp warns of"
    components = yaml.safe_load(ended.out)["components"].values()
    inputs = [one["inputDefinitions"]["parameters"] for one in components]
    return {one["b"]["defaultValue"] for one in inputs if "defaultValue" in one.get("b", {})}


def test_it_is_compiled_again_when_a_module_or_a_file_that_it_reads_changes(project: Project) -> None:
    assert defaults(project) == {2.0}
    project.write("steps.py", STEPS.replace("b: int = 2", "b: int = 3"))
    assert defaults(project) == {2.0, 3.0}
    text = (project.folder / "loaded.yaml").read_text()
    project.write("loaded.yaml", text.replace("defaultValue: 2.0", "defaultValue: 5.0"))
    assert defaults(project) == {3.0, 5.0}
