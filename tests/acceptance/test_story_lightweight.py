"""Lightweight components of Kubeflow's SDK: compiled by it, and run as they are, in environments of their own."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.environments import Environment, Environments, Packages
from support.projects import Project
from support.stories import Author, executed

SOURCE = """
import sys
from typing import NamedTuple

from kfp import dsl
from kfp.compiler import Compiler


@dsl.component
def make(rows: dsl.Output[dsl.Dataset], scores: dsl.Output[dsl.Metrics]) -> int:
    with open(rows.path, "w") as file:
        file.write("a,b")
    rows.metadata["count"] = 1
    scores.log_metric("auc", 0.5)
    return 3


@dsl.component
def use(rows: dsl.Input[dsl.Dataset], scores: dsl.Input[dsl.Metrics], n: int) -> dict:
    with open(rows.path, "a") as file:  # as it may, where each task has a disk of its own
        file.write(",c")
    with open(rows.path) as file:
        return {"text": file.read(), "n": n, "count": rows.metadata["count"], "auc": scores.metadata["auc"]}


@dsl.pipeline
def flow() -> dict:
    made = make()
    return use(rows=made.outputs["rows"], scores=made.outputs["scores"], n=made.outputs["Output"]).output


@dsl.component
def where(text: str) -> NamedTuple("Where", [("prefix", str), ("sdk", str), ("text", str)]):
    import logging
    import sys

    import kfp

    logging.info("as the SDK sets it up")
    print("printed " + text)
    return sys.prefix, kfp.__version__, text


@dsl.component(packages_to_install=["iniconfig==2.0.0"])
def own() -> str:
    import iniconfig

    return iniconfig.__name__


@dsl.component
def divide(x: int) -> float:
    def by(y):
        return 1 / y

    return by(x)


@dsl.component
def lacks() -> str:
    import no_such_module_at_all

    return ""


@dsl.component
def leave(code: int):
    import sys

    sys.exit(code)


@dsl.component
def forget() -> str:
    pass


@dsl.component
def point() -> dsl.Dataset:
    return dsl.Dataset(uri="memory://somewhere/rows", metadata={"kept": "by reference"})


@dsl.component
def look(rows: dsl.Input[dsl.Dataset]) -> str:
    return rows.uri


@dsl.pipeline
def reference() -> str:
    return look(rows=point().output).output


@dsl.component(packages_to_install=["no-such-package-in-any-index==1.0"])
def unresolvable():
    pass


@dsl.pipeline
def hopeless():
    make()
    unresolvable()


for one in (flow, where, own, divide, lacks, leave, forget, reference, hopeless):
    Compiler().compile(one, f"{one.name}.yaml")
"""


@pytest.fixture(scope="module")
def author(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Author]:
    with Author(tmp_path_factory.mktemp("kubeflow"), source=SOURCE) as author:
        subprocess.run([sys.executable, "-W", "ignore", "source.py"], cwd=author.folder, check=True)
        yield author


def environments(project: Project) -> list[Path]:
    return [path.parent for path in (project.home / "environments").glob("*/pyvenv.cfg")]


def installed() -> set[str]:
    """What is in the environment that Penstock itself runs in."""
    return {path.name for path in Path(pytest.__file__).parent.parent.glob("*.dist-info")}


def test_a_pipeline_runs_as_it_was_compiled(author: Author) -> None:
    run = author.run("flow.yaml")
    assert run.tasks["use"].outputs["Output"] == {"text": "a,b,c", "n": 3, "count": 1, "auc": 0.5}
    assert author.run("flow.yaml").tasks["use"].cached
    again = author.run("flow.yaml", "--no-cache")
    assert executed(again) == {"make", "use"}


def test_a_component_runs_in_an_environment_that_is_kept(author: Author) -> None:
    before = installed()
    run = author.run("where.yaml", "-p", "text={{$}} 'quoted' \"twice\" ünï")
    assert Path(run.outputs["prefix"]) in environments(author)
    assert run.outputs["text"] == "{{$}} 'quoted' \"twice\" ünï"
    log = author.says("runs", "logs", "last", "where")
    assert "printed {{$}}" in log
    assert "as the SDK sets it up" in log
    assert "executor_input" not in log  # which the SDK would print for every task
    made = len(environments(author))
    author.run("divide.yaml", "-p", "x=2")
    assert len(environments(author)) == made  # what needs nothing but the SDK shares one
    assert author.run("own.yaml").outputs["Output"] == "iniconfig"
    assert len(environments(author)) == made + 1
    assert installed() == before


def test_versions_are_resolved_once_and_recorded_with_the_run(author: Author) -> None:
    run = author.run("own.yaml", "--no-cache")
    kept = run.record.options["environments"]
    assert isinstance(kept, dict)
    assert kept["exec-own"]["iniconfig"] == "2.0.0"
    again = author.run("own.yaml", "--no-cache", env={"UV_OFFLINE": "1", "UV_CACHE_DIR": str(author.folder / "none")})
    assert again.record.options["environments"] == kept


def test_the_sdk_can_be_another_than_the_one_that_compiled(author: Author) -> None:
    compiled = author.run("where.yaml", "-p", "text=x").outputs
    lifted = author.run("where.yaml", "-p", "text=x", "--kfp", "2.14.6").outputs
    assert lifted["sdk"] == "2.14.6" != compiled["sdk"]
    assert lifted["prefix"] != compiled["prefix"]


def test_packages_that_cannot_be_had_are_refused_before_anything_runs(author: Author) -> None:
    ended = author.penstock("run", "hopeless.yaml", timeout=60)
    assert ended.code == 2
    assert "no environment could be made for no-such-package-in-any-index==1.0" in ended.err
    assert "packages_to_install=" in ended.err
    assert "[EXE007]" in ended.err
    assert "hopeless" not in author.says("runs", "list")
    refused = author.penstock("run", "where.yaml", "-p", "text=x", "--kfp", "0.0.0.1", timeout=60)
    assert refused.code == 2
    assert "kfp==0.0.0.1" in refused.err
    wrong = author.penstock("run", "where.yaml", "-p", "text=x", "--kfp", "new; rm", timeout=60)
    assert (wrong.code, "a version" in wrong.err) == (2, True)


@pytest.mark.parametrize(
    ("target", "arguments", "words"),
    [
        pytest.param("divide", ["-p", "x=0"], r'File "ephemeral_component.py", line \d+, in by', id="raises"),
        pytest.param("lacks", [], r"name its package in the component's `packages_to_install=`", id="lacks a module"),
        pytest.param("leave", ["-p", "code=3"], r"called `sys.exit\(3\)`", id="leaves"),
        pytest.param("forget", [], r"component 'forget' left no value for its output 'Output'", id="forgets"),
    ],
)
def test_a_failure_is_told_in_the_authors_terms(author: Author, target: str, arguments: list[str], words: str) -> None:
    author.run(f"{target}.yaml", *arguments, code=1)
    assert re.search(words, author.ended.text), author.ended
    assert "kfp/dsl/executor" not in author.ended.text


def test_leaving_with_success_is_success(author: Author) -> None:
    assert author.run("leave.yaml", "-p", "code=0").succeeded


def test_an_artifact_somewhere_else_is_kept_by_reference_and_fetched_only_if_asked_for(author: Author) -> None:
    assert author.run("reference.yaml").outputs["Output"] == "memory://somewhere/rows"


# --- environments -----------------------------------------------------------------------------------------


MAKE = """
import sys
from pathlib import Path
from penstock.environments import Environment, Environments, Packages

environments = Environments(Path(sys.argv[1]))
packages = Packages(requirements=("iniconfig==2.0.0",))
print(environments.python(Environment.of(packages, environments.lock(packages))))
"""


def test_two_processes_make_one_environment_and_what_a_dead_one_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / ("a" * 24 + "-1f.part")
    (left / "bin").mkdir(parents=True)
    command = [sys.executable, "-c", MAKE, str(tmp_path)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = {process.communicate(timeout=120)[0].strip() for process in started}
    assert [process.returncode for process in started] == [0, 0]
    (python,) = said
    imported = subprocess.run([python, "-c", "import iniconfig, penstock.launcher.task"], check=False)
    assert imported.returncode == 0
    assert not list(tmp_path.glob("*.part"))


def test_a_lock_says_what_it_is_for_and_is_renewed_when_asked(tmp_path: Path) -> None:
    environments = Environments(tmp_path)
    packages = Packages(requirements=("iniconfig>=1,<2.1",))
    assert environments.known(packages) is None
    versions = environments.lock(packages)
    (file,) = (tmp_path / "locks").glob("*.json")
    kept = json.loads(file.read_text())
    assert kept["versions"] == versions
    assert kept["packages"]["requirements"] == ["iniconfig>=1,<2.1"]
    file.write_text(json.dumps(kept | {"versions": versions | {"iniconfig": "1.1.1"}}))
    assert Environments(tmp_path).lock(packages)["iniconfig"] == "1.1.1"
    assert Environments(tmp_path).lock(packages, refresh=True) == versions
    assert Environment.of(Packages(), {}) == Environment()
