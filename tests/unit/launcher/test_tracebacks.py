"""The author's traceback holds the author's frames, whatever was raised."""

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from penstock.artifacts import LocalArtifactStore
from penstock.artifacts.errors import ArtifactStoreUnavailable
from penstock.ir.manifest import ComponentManifest
from penstock.ir.runtime import ExecutorInput, TaskFailure
from penstock.launcher.failures import describe
from penstock.launcher.task import run_task


@pytest.fixture(autouse=True)
def _own_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))


def fail(folder: Path, source: str, **files: str) -> TaskFailure:
    """What a component `task` with that source fails with."""
    for name, text in {"pipeline": source, **files}.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
    with pytest.raises(BaseException) as raised:  # noqa: PT011 - the tests look at what it is
        run_task(ComponentManifest(module="pipeline", function="task"), folder, ExecutorInput(), None)
    return describe(raised.value, str(folder))


def test_files_are_named_as_in_the_project_and_lines_are_shown(tmp_path: Path) -> None:
    failure = fail(
        tmp_path,
        "import features\ndef task() -> None:\n    features.clean()\n",
        features="def clean():\n    raise ValueError('no fare')\n",
    )
    lines = [line for line in failure.traceback.splitlines() if set(line) - set(" ~^")]  # 3.13 marks more than 3.11
    assert (
        lines
        == textwrap.dedent("""\
        Traceback (most recent call last):
          File "pipeline.py", line 3, in task
            features.clean()
          File "features.py", line 2, in clean
            raise ValueError('no fare')
        ValueError: no fare
        """).splitlines()
    )
    assert failure.details == {"exception": "ValueError", "file": "features.py", "line": 2, "function": "clean"}


def test_chained_exceptions_are_kept(tmp_path: Path) -> None:
    source = """
        def task() -> None:
            try:
                1 / 0
            except ZeroDivisionError as error:
                raise ValueError("outer") from error
    """
    text = fail(tmp_path, source).traceback
    assert "ZeroDivisionError: division by zero" in text
    assert "The above exception was the direct cause of the following exception" in text
    assert text.endswith("ValueError: outer\n")
    assert "penstock" not in text


def test_exception_groups_are_kept(tmp_path: Path) -> None:
    source = """
        def task() -> None:
            raise ExceptionGroup("several", [ValueError("one"), KeyError("two")])
    """
    failure = fail(tmp_path, source)
    assert "ValueError: one" in failure.traceback
    assert "KeyError: 'two'" in failure.traceback
    assert failure.message == "ExceptionGroup: several (2 sub-exceptions)"


def test_notes_are_kept(tmp_path: Path) -> None:
    source = """
        def task() -> None:
            error = ValueError("x")
            error.add_note("row 17")
            raise error
    """
    assert fail(tmp_path, source).traceback.endswith("ValueError: x\nrow 17\n")


def test_an_exception_that_is_its_own_cause_ends(tmp_path: Path) -> None:
    source = """
        def task() -> None:
            first, second = ValueError("first"), ValueError("second")
            first.__context__, second.__context__ = second, first
            raise first
    """
    assert "ValueError: first" in fail(tmp_path, source).traceback


def test_a_huge_message_is_shortened_in_the_middle(tmp_path: Path) -> None:
    failure = fail(tmp_path, "def task() -> None:\n    raise ValueError('a' + 'x' * 10_000_000 + 'z')\n")
    assert len(failure.message) < 3_000
    assert len(failure.traceback) < 30_000
    assert "characters left out" in failure.message
    assert failure.traceback.endswith("xz\n")


def test_deep_recursion_is_told_in_few_lines(tmp_path: Path) -> None:
    source = """
        def even(n): return odd(n + 1)
        def odd(n): return even(n + 1)
        def task() -> None:
            even(0)
    """
    failure = fail(tmp_path, source)
    assert failure.code == "LAU007"
    assert len(failure.traceback) < 30_000


def test_any_text_can_be_stored(tmp_path: Path) -> None:
    failure = fail(tmp_path, "def task() -> None:\n    raise ValueError('漢字 😀 \\udc80 \\x00')\n")
    assert failure.message == "ValueError: 漢字 😀 \\udc80 \x00"
    failure.traceback.encode("utf-8")


def test_an_exception_that_cannot_say_what_it_is_does_not_hide_itself(tmp_path: Path) -> None:
    source = """
        class Mute(Exception):
            def __str__(self):
                raise RuntimeError("no")
        def task() -> None:
            raise Mute
    """
    failure = fail(tmp_path, source)
    assert failure.code == "LAU001"
    assert failure.message == "pipeline.Mute: <its __str__ failed>"


def test_a_syntax_error_shows_the_line(tmp_path: Path) -> None:
    failure = fail(tmp_path, "import broken\ndef task() -> None: ...\n", broken="x = (\n")
    assert failure.code == "LAU003"
    assert '  File "broken.py", line 1' in failure.traceback
    assert str(tmp_path) not in failure.traceback


def test_frames_of_libraries_stay(tmp_path: Path) -> None:
    failure = fail(tmp_path, "import json\ndef task() -> None:\n    json.loads('{')\n")
    assert '  File "pipeline.py", line 3, in task' in failure.traceback
    assert "decoder.py" in failure.traceback
    assert failure.details["file"] == "pipeline.py"


@pytest.mark.parametrize(
    ("statement", "code", "message"),
    [
        ("raise SystemExit", "LAU002", "the component called `sys.exit()` and returned nothing"),
        ("raise SystemExit(0)", "LAU002", "the component called `sys.exit(0)` and returned nothing"),
        ("raise SystemExit('no data')", "LAU002", "the component called `sys.exit('no data')` and returned nothing"),
        ("raise KeyboardInterrupt", "LAU010", "the component was interrupted (KeyboardInterrupt)"),
        ("raise MemoryError", "LAU006", "the component ran out of memory"),
        ("import nothing_there", "LAU001", "ModuleNotFoundError: No module named 'nothing_there'"),
        ("raise BaseException", "LAU001", "BaseException"),
    ],
)
def test_each_way_to_fail_has_its_words(tmp_path: Path, statement: str, code: str, message: str) -> None:
    failure = fail(tmp_path, f"def task() -> None:\n    {statement}\n")
    assert (failure.kind, failure.code, failure.message) == ("task", code, message)
    assert 'File "pipeline.py", line 2, in task' in failure.traceback


def test_a_missing_module_comes_with_what_to_do(tmp_path: Path) -> None:
    assert "'nothing_there'" in fail(tmp_path, "def task() -> None:\n    import nothing_there.sub\n").hint


@pytest.mark.parametrize(("folder", "hint"), [("Path(__file__).parent", "`Path` input"), ("'/nowhere'", "")])
def test_a_file_that_did_not_travel_comes_with_what_to_do(tmp_path: Path, folder: str, hint: str) -> None:
    given = fail(tmp_path, f"from pathlib import Path\ndef task() -> None:\n    Path({folder}, 'x.csv').read_text()\n")
    assert hint in given.hint
    assert bool(given.hint) == bool(hint)


def test_an_error_of_our_own_is_not_blamed_on_the_author(tmp_path: Path) -> None:
    (tmp_path / "pipeline.py").write_text("def task() -> None: ...\n")
    wrong: Any = None
    with pytest.raises(AttributeError) as raised:
        run_task(ComponentManifest(module="pipeline", function="task"), tmp_path, wrong, None)
    failure = describe(raised.value, str(tmp_path))
    assert (failure.kind, failure.code) == ("infra", "LAU016")
    assert "task.py" in failure.traceback


@pytest.mark.parametrize(("module", "shown"), [("pipeline.py", True), ("elsewhere.py", False)])
def test_a_store_that_is_away_shows_a_traceback_only_where_the_author_asked_it(
    tmp_path: Path, module: str, shown: bool
) -> None:
    (tmp_path / "store").write_text("no folder")
    store = LocalArtifactStore(tmp_path / "store/below")
    folder = tmp_path / "code"
    source = "def keep(store, file):\n    store.put(file, 'n')\n"
    names: dict[str, Any] = {}
    exec(compile(source, str((folder if shown else tmp_path) / module), "exec"), names)
    with pytest.raises(ArtifactStoreUnavailable) as raised:
        names["keep"](store, tmp_path / "store")
    failure = describe(raised.value, str(folder))
    assert (failure.kind, failure.code) == ("infra", "ART001")
    assert bool(failure.traceback) == shown


def test_a_component_that_calls_another_one_shows_no_frame_of_ours(tmp_path: Path) -> None:
    source = """
        from penstock import component
        @component
        def inner(x: int) -> int:
            return 1 // x
        @component
        def task() -> None:
            inner(0)
    """
    text = fail(tmp_path, source).traceback
    assert "in inner" in text
    assert "in task" in text
    assert "in __call__" not in text


def test_describing_needs_no_library_that_is_slow_to_import() -> None:
    heavy = "{'polars', 'pandas', 'numpy', 'sqlalchemy', 'yaml', 'fsspec', 'rich', 'asyncio'}"
    script = f"import sys, penstock.launcher.task; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
