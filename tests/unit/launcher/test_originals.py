"""Inside the author's own process, the author's own module is called, as long as it is the same."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.launcher.originals import ApartModules, original_module


@pytest.fixture(autouse=True)
def _own_modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = dict(sys.modules)
    yield
    for name in set(sys.modules) - set(before):
        del sys.modules[name]
    sys.modules.update(before)


def project(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        file = folder / f"{name.replace('__', '/')}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def test_a_module_that_is_imported_from_the_same_files_is_found(tmp_path: Path) -> None:
    files = {"flow_a": "import flow_help\n", "flow_help": "x = 1\n"}
    sys.path.insert(0, str(project(tmp_path / "mine", **files)))
    mine = importlib.import_module("flow_a")
    assert original_module("flow_a", project(tmp_path / "copy", **files)) is mine


def test_it_is_found_under_another_name(tmp_path: Path) -> None:
    files = {"pkg__flow_b": "x = 1\n", "pkg__more": "\n"}
    sys.path.insert(0, str(project(tmp_path / "mine", **files) / "pkg"))
    mine = importlib.import_module("flow_b")
    assert original_module("pkg.flow_b", project(tmp_path / "copy", **files)) is mine


@pytest.mark.parametrize("changed", [{"flow_c": "x = 2\n"}, {"flow_help": "y = 2\n"}, {"flow_new": "\n"}])
def test_a_difference_in_any_file_makes_it_another_one(tmp_path: Path, changed: dict[str, str]) -> None:
    files = {"flow_c": "x = 1\n", "flow_help": "y = 1\n"}
    sys.path.insert(0, str(project(tmp_path / "mine", **files)))
    importlib.import_module("flow_c")
    assert original_module("flow_c", project(tmp_path / "copy", **{**files, **changed})) is None


def test_a_module_that_was_never_imported_is_not_found(tmp_path: Path) -> None:
    assert original_module("flow_d", project(tmp_path / "copy", flow_d="x = 1\n")) is None
    assert original_module("no_such", tmp_path / "copy") is None


def test_modules_apart_leave_no_trace_and_are_kept(tmp_path: Path) -> None:
    first = project(tmp_path / "one", flow_e="import flow_help\nNAME = flow_help.NAME\n", flow_help="NAME = 1\n")
    second = project(tmp_path / "two", flow_e="import flow_help\nNAME = flow_help.NAME\n", flow_help="NAME = 2\n")
    apart, path = ApartModules(), list(sys.path)
    with apart.importing("flow_e", first) as one:
        assert one.NAME == 1
    with apart.importing("flow_e", second) as two:
        assert two.NAME == 2
    with apart.importing("flow_e", first) as again:
        assert again is one
    assert sys.path == path
    assert not {"flow_e", "flow_help"} & set(sys.modules)


def test_modules_that_were_there_come_back(tmp_path: Path) -> None:
    import queue

    folder = project(tmp_path / "one", flow_f="import queue\nMINE = queue.MINE\n", queue="MINE = True\n")
    with ApartModules().importing("flow_f", folder) as module:
        assert module.MINE
    assert sys.modules["queue"] is queue
