"""One task from its executor input to its output file."""

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from penstock.artifacts import LocalArtifactStore
from penstock.artifacts.store import ArtifactStore
from penstock.core import faults
from penstock.core.errors import PenstockError
from penstock.data import converter_for
from penstock.data.errors import WrongType
from penstock.data.given import given_artifacts
from penstock.ir.manifest import ComponentManifest
from penstock.ir.runtime import (
    ArtifactList,
    ExecutorInput,
    ExecutorOutput,
    OutputFile,
    RuntimeArtifact,
    TaskInputValues,
    TaskOutputPlaces,
)
from penstock.launcher.errors import (
    AnnotationUnresolved,
    ComponentMissing,
    InputChanged,
    InputUnreadable,
    MissingArgument,
    NoRoom,
    OutputUnsaved,
    WrongReturn,
)
from penstock.launcher.inputs import given_to
from penstock.launcher.task import run_task, write_whole

TWO = """
from typing import NamedTuple
class Two(NamedTuple):
    a: int
    b: int
def task() -> Two:
    return (1, 2)
"""


@pytest.fixture(autouse=True)
def _own_modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    yield
    faults.disarm()


class Bench:
    """Runs components given as source text."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = LocalArtifactStore(folder / "store", durability="normal")

    def run(
        self,
        source: str,
        *,
        inputs: dict[str, Any] | None = None,
        artifacts: dict[str, list[RuntimeArtifact]] | None = None,
        outputs: tuple[str, ...] = (),
        saved: tuple[str, ...] = (),
        store: ArtifactStore | str | None = "own",
        function: str = "task",
    ) -> ExecutorOutput:
        code = self.folder / "code"
        code.mkdir(exist_ok=True)
        (code / "pipeline.py").write_text(textwrap.dedent(source))
        places = TaskOutputPlaces(
            parameters={name: OutputFile(output_file=str(self.folder / name)) for name in outputs},
            artifacts={
                name: ArtifactList(artifacts=[RuntimeArtifact(name=name, uri=str(self.folder / "outputs" / name))])
                for name in saved
            },
            output_file=str(self.folder / "deep" / "down" / "executor_output.json"),
        )
        given = TaskInputValues(
            parameter_values=inputs or {},
            artifacts={name: ArtifactList(artifacts=those) for name, those in (artifacts or {}).items()},
        )
        return run_task(
            ComponentManifest(module="pipeline", function=function),
            code,
            ExecutorInput(inputs=given, outputs=places),
            self.store if isinstance(store, str) else store,
        )

    @property
    def written(self) -> ExecutorOutput:
        """What lies in the output file."""
        data = (self.folder / "deep" / "down" / "executor_output.json").read_bytes()
        return msgspec.json.decode(data, type=ExecutorOutput)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


# --- inputs -------------------------------------------------------------------------------------------------


def test_values_come_as_they_are_annotated(bench: Bench) -> None:
    source = """
        from datetime import date
        from enum import Enum
        class Color(Enum):
            RED = "red"
        def task(n: int, x: float, day: date, color: Color, more: list[int] | None, pair: tuple[int, str]) -> str:
            return repr((n, x, day, color, more, pair))
    """
    given = {"n": 2.0, "x": 1, "day": "2026-11-21", "color": "red", "more": None, "pair": [1, "a"]}
    output = bench.run(source, inputs=given, outputs=("Output",))
    assert output.parameter_values["Output"] == (
        "(2, 1.0, datetime.date(2026, 11, 21), <Color.RED: 'red'>, None, (1, 'a'))"
    )


def test_what_is_not_given_is_left_to_the_default(bench: Bench) -> None:
    source = "def task(a: int = 1, b: list[int] = [2], c: str | None = 'c') -> str:\n    return f'{a} {b} {c}'\n"
    assert bench.run(source, outputs=("Output",)).parameter_values == {"Output": "1 [2] c"}
    assert bench.run(source, inputs={"a": None, "c": None}, outputs=("Output",)).parameter_values == {
        "Output": "1 [2] None"
    }


def test_an_optional_argument_without_a_default_is_none(bench: Bench) -> None:
    source = "def task(a: int | None) -> bool:\n    return a is None\n"
    assert bench.run(source, outputs=("Output",)).parameter_values == {"Output": True}


def test_inputs_that_the_function_does_not_have_are_ignored(bench: Bench) -> None:
    source = "def task(a: int) -> int:\n    return a\n"
    given = {"a": 1, "pipelinechannel--other-Output": 7}
    assert bench.run(source, inputs=given, outputs=("Output",)).parameter_values == {"Output": 1}


def test_a_component_that_changes_its_input_fails_even_if_it_raises(bench: Bench) -> None:
    for after, error in (("return 1", InputChanged), ("return 1 / 0", ZeroDivisionError)):
        source = f"""
            from pathlib import Path
            def task(rows: Path) -> int:
                rows.chmod(0o600)
                rows.write_text("changed")
                {after}
        """
        (bench.folder / "rows.csv").write_text("a,b")
        stored = bench.store.put_copy(bench.folder / "rows.csv", "rows.csv")
        rows = RuntimeArtifact(name="rows", uri=stored.uri, digest=stored.digest, size=stored.size)
        with pytest.raises(error):
            bench.run(source, artifacts={"rows": [rows]}, outputs=("Output",))
        assert not bench.store.exists(stored.uri)
        sys.modules.pop("pipeline")


def test_the_status_of_what_an_exit_task_guards_arrives(bench: Bench) -> None:
    source = """
        from penstock import TaskFinalStatus
        def task(status: TaskFinalStatus = TaskFinalStatus()) -> list[str]:
            return [status.state, status.task, status.error]
    """
    given = {"state": "FAILED", "pipelineTaskName": "exit-handler-1", "error": {"code": 9, "message": "boom"}}
    output = bench.run(source, inputs={"status": given}, outputs=("Output",))
    assert output.parameter_values == {"Output": ["FAILED", "exit-handler-1", "boom"]}
    assert bench.run(source, outputs=("Output",)).parameter_values == {"Output": ["", "", ""]}


def test_a_decorated_component_is_called_as_the_plain_function(bench: Bench) -> None:
    source = """
        from penstock import component
        @component(memory="1G", retries=2)
        def task(a: int) -> int:
            return a + 1
    """
    assert bench.run(source, inputs={"a": 1}, outputs=("Output",)).parameter_values == {"Output": 2}


@pytest.mark.parametrize(
    ("source", "inputs", "error", "match"),
    [
        ("def task(a: int) -> int: ...", {}, MissingArgument, "'a'"),
        ("def task(a: int) -> int: ...", {"a": "x"}, WrongType, "argument 'a' of component 'task'"),
        ("def task(a: int) -> int: ...", {"a": None}, WrongType, "argument 'a'"),
        ("other = 1", {}, ComponentMissing, "module 'pipeline' has no component 'task'"),
        ("task = 1", {}, ComponentMissing, "module 'pipeline' has no component 'task'"),
        ("def task(a: 'Nowhere') -> int: ...", {"a": 1}, AnnotationUnresolved, "name 'Nowhere' is not defined"),
    ],
)
def test_inputs_that_do_not_fit_are_errors(
    bench: Bench, source: str, inputs: dict[str, Any], error: type[PenstockError], match: str
) -> None:
    with pytest.raises(error, match=match):
        bench.run(source, inputs=inputs, outputs=("Output",))


def test_an_artifact_where_a_parameter_is_declared_is_an_error(bench: Bench) -> None:
    with pytest.raises(InputUnreadable, match="`int` is declared"):
        bench.run("def task(a: int) -> int: ...", artifacts={"a": [RuntimeArtifact(uri="/x")]}, outputs=("Output",))


# --- outputs ------------------------------------------------------------------------------------------------


def test_a_dataclass_gives_named_outputs_of_both_kinds(bench: Bench) -> None:
    source = """
        from dataclasses import dataclass
        from penstock.data import Text
        @dataclass
        class Result:
            score: float
            report: Text
        def task() -> Result:
            return Result(score=0.5, report=Text("fine"))
    """
    output = bench.run(source, outputs=("score",), saved=("report",))
    assert output.parameter_values == {"score": 0.5}
    (report,) = output.artifacts["report"].artifacts
    assert bench.store.path(report.uri).read_text() == "fine"
    assert report.type.schema_title
    assert (report.name, report.size) == ("report", 4)
    assert bench.written == output


def test_a_dataclass_that_is_a_value_is_one_output(bench: Bench) -> None:
    source = """
        from penstock.data import ClassificationMetrics
        def task() -> ClassificationMetrics:
            return ClassificationMetrics(labels=["a"], confusion_matrix=[[1]])
    """
    output = bench.run(source, saved=("Output",))
    assert output.artifacts["Output"].artifacts[0].type.schema_title == "system.ClassificationMetrics"


def test_an_optional_artifact_may_be_left_out(bench: Bench) -> None:
    source = "from penstock.data import Text\ndef task() -> Text | None:\n    return None\n"
    assert bench.run(source, saved=("Output",)) == ExecutorOutput(artifacts={"Output": ArtifactList()})


def test_nothing_declared_is_nothing_written(bench: Bench) -> None:
    assert bench.run("def task() -> None:\n    return None\n") == ExecutorOutput()
    assert bench.written == ExecutorOutput()


@pytest.mark.parametrize(
    ("source", "outputs", "error", "match"),
    [
        ("def task() -> int:\n    return 'x'", ("Output",), WrongType, "output 'Output' of component 'task'"),
        ("def task() -> int: ...", ("Output",), WrongType, "`NoneType`|`None`"),
        ("def task() -> None:\n    return 5", (), WrongReturn, "declared to return `None`, but returned `int`"),
        (
            TWO,
            ("a", "b"),
            WrongReturn,
            "declared to return `.*Two`, but returned `tuple`",
        ),
        ("def task() -> int:\n    return 1", ("a", "b"), WrongReturn, "lacks a, b"),
        ("def task() -> str:\n    return '\\udc80'", ("Output",), PenstockError, "surrogate|UTF-8|utf-8"),
    ],
)
def test_results_that_do_not_fit_are_errors_and_leave_no_output_file(
    bench: Bench, source: str, outputs: tuple[str, ...], error: type[PenstockError], match: str
) -> None:
    with pytest.raises(error, match=match):
        bench.run(source, outputs=outputs)
    assert not (bench.folder / "deep").exists()


def test_a_list_is_needed_for_a_list_of_artifacts(bench: Bench) -> None:
    with pytest.raises(WrongType, match=r"declared as `list\[penstock.Text\]`, but a `str` came"):
        bench.run("from penstock.data import Text\ndef task() -> list[Text]:\n    return 'text'\n", saved=("Output",))


def test_what_could_not_be_saved_leaves_nothing_in_the_store(bench: Bench) -> None:
    source = """
        from penstock.data import Artifact
        from pathlib import Path
        def task(place: str) -> Artifact:
            Path(place).write_text("x")
            return Artifact(path=Path(place), metadata={"bad": object()})
    """
    with pytest.raises(OutputUnsaved, match="component 'task'"):
        bench.run(source, inputs={"place": str(bench.folder / "file")}, saved=("Output",))
    assert not list((bench.folder / "store" / "tmp").iterdir())


# --- without a store ----------------------------------------------------------------------------------------


def test_on_kubeflow_artifacts_are_read_and_written_at_their_places(bench: Bench) -> None:
    source = """
        from penstock.data import Text
        def task(text: Text) -> Text:
            return Text(text.upper())
    """
    file = bench.folder / "input"
    file.write_text("loud")
    given = {"text": [RuntimeArtifact(name="text", uri=str(file))]}
    output = bench.run(source, artifacts=given, saved=("Output",), store=None)
    (made,) = output.artifacts["Output"].artifacts
    assert made.uri == str(bench.folder / "outputs" / "Output")
    assert Path(made.uri).read_text() == "LOUD"
    assert made.metadata["kind"] == "text"


def test_on_kubeflow_a_folder_of_the_authors_is_copied_to_its_place(bench: Bench) -> None:
    source = """
        from pathlib import Path
        def task(place: str) -> Path:
            (Path(place) / "inner").mkdir(parents=True)
            (Path(place) / "inner" / "file").write_text("x")
            return Path(place)
    """
    place = bench.folder / "mine"
    bench.run(source, inputs={"place": str(place)}, saved=("Output",), store=None)
    assert (bench.folder / "outputs" / "Output" / "inner" / "file").read_text() == "x"
    assert place.exists()


# --- crashes ------------------------------------------------------------------------------------------------


def test_the_fault_points_lie_before_the_call_and_before_the_report(bench: Bench) -> None:
    source = "def task(file: str) -> int:\n    open(file, 'w').close()\n    return 1\n"
    called = bench.folder / "called"

    class Stop(Exception):
        pass

    def stop() -> None:
        raise Stop

    for point, was_called in (("launcher.before_call", False), ("launcher.before_report", True)):
        faults.arm(point, stop)
        with pytest.raises(Stop):
            bench.run(source, inputs={"file": str(called)}, outputs=("Output",))
        faults.disarm()
        assert called.exists() is was_called
        assert not (bench.folder / "deep").exists()


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_whole(tmp_path / "a" / "file", b"one")
    write_whole(tmp_path / "a" / "file", b"two")
    assert (tmp_path / "a" / "file").read_bytes() == b"two"
    assert list((tmp_path / "a").iterdir()) == [tmp_path / "a" / "file"]
    (tmp_path / "file").touch()
    with pytest.raises(NoRoom, match="could not be written"):
        write_whole(tmp_path / "file" / "below", b"")


def test_what_saves_an_output_can_ask_what_the_task_was_given(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def asks(value: bytes, target: Path) -> dict[str, Any]:
        seen.extend(f"{one.argument} {one.path.read_text()}" for one in given_artifacts())
        target.write_bytes(value)
        return {}

    monkeypatch.setattr(converter_for(bytes), "save", asks, raising=True)
    (bench.folder / "rows.txt").write_text("x")
    there = RuntimeArtifact(name="o", uri=bench.store.put_copy(bench.folder / "rows.txt", "rows.txt").uri)
    source = "from pathlib import Path\ndef task(rows: Path) -> bytes:\n    return rows.read_bytes()\n"
    bench.run(source, artifacts={"rows": [there]}, saved=("Output",))
    assert seen == ["rows x"]
    assert given_artifacts() == ()


def test_the_artifacts_that_a_task_was_given_are_named_by_argument(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_text("x")
    stored = bench.store.put_copy(tmp_path / "rows.txt", "rows.txt")
    there = RuntimeArtifact(name="o", uri=stored.uri, metadata={"kind": "table"}, digest=stored.digest)
    gone = RuntimeArtifact(name="o", uri=stored.uri.replace("rows.txt", "gone.txt"))
    inputs = TaskInputValues(artifacts={"b": ArtifactList(artifacts=[there, gone]), "a": ArtifactList()})
    (found,) = given_to(inputs, bench.store)
    assert (found.argument, found.kind, found.digest) == ("b", "table", stored.digest)
    assert found.path.read_text() == "x"
