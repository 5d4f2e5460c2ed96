"""The inline executor lands where the author looks: in the author's files, in a debugger, on the terminal."""

import importlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.engine.executor import AttemptKey, Canceled, Failed, Grants, Mount, Outcome, Succeeded
from penstock.executors.inline import InlineExecutor
from penstock.testing.attempts import Attempts, component_container, values_of


@pytest.fixture(autouse=True)
def _own_modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def attempts(folder: Path, *, pdb: bool = False) -> Attempts:
    return Attempts(InlineExecutor(folder / "home", str(folder / "artifacts"), pdb=pdb), folder)


def test_the_authors_own_module_is_called_where_it_is_imported(tmp_path: Path) -> None:
    source = "calls = []\ndef task() -> str:\n    calls.append(1)\n    return __file__\n"
    (tmp_path / "flow_inline.py").write_text(source)
    sys.path.insert(0, str(tmp_path))
    mine = importlib.import_module("flow_inline")
    outcome = attempts(tmp_path).run(component_container(source, module="flow_inline"), outputs=["Output"])
    assert isinstance(outcome, Succeeded)
    assert outcome.output.parameter_values == {"Output": str(tmp_path / "flow_inline.py")}
    assert mine.calls == [1]


def test_output_goes_to_the_terminal_and_to_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tried = attempts(tmp_path)
    order = tried.start("import sys\ndef task() -> None:\n    print('out')\n    print('err', file=sys.stderr)\n")
    assert isinstance(tried.wait(order), Succeeded)
    assert capsys.readouterr() == ("out\n", "err\n")
    assert order.log.read_text() == "out\nerr\n"


def test_the_debugger_opens_at_the_authors_frame(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """
        import json
        def task(text: str) -> None:
            secret = "the author's variable"
            json.loads(text)
    """
    monkeypatch.setattr(sys, "stdin", io.StringIO("p secret\nq\n"))
    tried = attempts(tmp_path, pdb=True)
    order = tried.start(source, inputs={"text": "{"})
    assert isinstance(tried.wait(order), Failed)
    printed = capsys.readouterr()
    assert "the author's variable" in printed.out
    assert "JSONDecodeError" in printed.err
    assert "(Pdb)" not in order.log.read_text()


def test_the_debugger_opens_for_a_module_that_cannot_be_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("p near\nq\n"))
    outcome = attempts(tmp_path, pdb=True).run("near = 'here'\n1 / 0\n")
    assert isinstance(outcome, Failed)
    assert "'here'" in capsys.readouterr().out


def test_no_debugger_opens_where_the_author_has_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    outcome = attempts(tmp_path, pdb=True).run("def task() -> int:\n    return 'x'\n", outputs=["Output"])
    assert isinstance(outcome, Failed)


def test_ctrl_c_reports_a_cancellation_and_goes_on_up(tmp_path: Path) -> None:
    tried = attempts(tmp_path)
    reports: list[tuple[AttemptKey, Outcome]] = []
    order = tried.start("def task() -> None: ...\n")
    again = type(order)(
        **{name: getattr(order, name) for name in order.__struct_fields__ if name != "container"},
        container=component_container("def task() -> None:\n    raise KeyboardInterrupt\n"),
    )
    with pytest.raises(KeyboardInterrupt):
        tried.executor.start(again, lambda key, outcome: reports.append((key, outcome)))
    ((_, outcome),) = reports
    assert isinstance(outcome, Canceled)


def test_nothing_of_a_task_stays_in_the_process(tmp_path: Path) -> None:
    before = (Path.cwd(), sys.stdout, sys.stderr, list(sys.path))
    attempts(tmp_path).run("import os\ndef task() -> None:\n    1 / 0\n", cwd=tmp_path)
    assert (Path.cwd(), sys.stdout, sys.stderr, list(sys.path)) == before
    assert "pipeline" not in sys.modules


def test_a_task_is_given_its_secrets_and_does_not_print_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = 'import os\ndef task() -> str:\n    print("token", os.environ["TOKEN"])\n    return os.environ["TOKEN"]\n'
    given = attempts(tmp_path)
    order = given.start(source, outputs=["Output"], grants=Grants(environ={"TOKEN": "t0ken"}, secrets=("t0ken",)))
    assert values_of(given.wait(order)) == {"Output": "t0ken"}
    assert order.log.read_text() == capsys.readouterr().out == "token ***\n"
    assert "TOKEN" not in os.environ


def test_a_task_that_is_to_find_a_folder_is_refused(tmp_path: Path) -> None:
    outcome = attempts(tmp_path).run("def task() -> None: ...", grants=Grants(mounts=(Mount(path="/mnt/x"),)))
    assert isinstance(outcome, Failed)
    assert outcome.failure.code == "EXE040"
    assert "'/mnt/x': inline, tasks share Penstock's own process" in outcome.failure.message
