"""The ground that a run stands on gives way: a full, read-only or damaged disk, a home that is none."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.hostile import GOOD, Hostile, refused

LARGE = """
from penstock import Text, component, pipeline


@component
def first(x: int) -> int:
    return x + 1


@component
def large(x: int, megabytes: int) -> Text:
    print("y" * (megabytes * 100_000))
    return Text("x" * (megabytes * 1_000_000))


@component
def length(text: Text) -> int:
    return len(text)


@pipeline
def main(megabytes: int) -> int:
    return length(large(first(1), megabytes))
"""


class Disk:
    """A small file system of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        mount("-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder))

    def change(self, option: str) -> None:
        mount("-o", f"remount,{option}", str(self.folder))

    def fill(self, leave: int = 0) -> None:
        """Take all room but `leave` bytes."""
        with (self.folder / "ballast").open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                file.truncate(file.tell() - leave)

    def free(self) -> None:
        (self.folder / "ballast").unlink()


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of 3 MB; only root can mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


can_mount = pytest.mark.skipif(
    subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode != 0,
    reason="only root can mount a small disk",
)


# --- a full disk --------------------------------------------------------------------------------------------


@can_mount
@pytest.mark.parametrize("kilobytes", [0, 80, 240])
def test_a_disk_that_fills_up_loses_nothing(tmp_path: Path, disk: Disk, kilobytes: int) -> None:
    project = Hostile(tmp_path / "project", home=disk.folder / "home", good=GOOD)
    disk.fill(leave=kilobytes * 1024)
    ended = project.run("run", "good.py")
    assert ended.code == 1, ended
    assert f"[{'STO012' if kilobytes else 'PLA012'}]" in ended.err, ended
    assert "Traceback" not in ended.text
    disk.free()
    if "no runs here" not in project.run("runs", "list").out:
        assert "Output  2" in project.run("runs", "resume", "last").succeeded().out
    project.run("run", "good.py").succeeded()


@can_mount
def test_an_artifact_that_does_not_fit_fails_its_task_until_there_is_room(tmp_path: Path, disk: Disk) -> None:
    project = Hostile(tmp_path / "project", home=disk.folder / "home", large=LARGE)
    ended = project.run("run", "large.py", "-p", "megabytes=4")
    assert (ended.code, "[LAU015]" in ended.out, "No space left" in ended.out) == (1, True, True), ended
    disk.change("size=30m")
    again = project.run("runs", "retry", "last").succeeded().out
    assert "Output  4000000" in again
    assert "first" not in again


@can_mount
def test_a_disk_that_takes_no_more_files_is_told(tmp_path: Path, disk: Disk) -> None:
    project = Hostile(tmp_path / "project", home=disk.folder / "home", good=GOOD)
    disk.change("nr_inodes=8")
    ended = project.run("run", "good.py")
    assert (ended.code, "[ENG012]" in ended.out) == (1, True), ended
    disk.change("nr_inodes=1000")
    project.run("runs", "retry", "last").succeeded()


def test_a_file_that_may_not_grow_is_told_and_loses_nothing(tmp_path: Path) -> None:
    """As a full disk or a quota, where nobody can mount one."""
    import resource

    project = Hostile(tmp_path, good=GOOD)
    limit = 100_000
    ended = project.run("run", "good.py", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert (ended.code, "[STO01" in ended.err, "Traceback" in ended.err) == (1, True, False), ended
    project.run("run", "good.py").succeeded()


def be_bound_by_permissions() -> None:
    """Give up root's right to write anywhere, in a process that is about to become the command."""
    import ctypes

    drop_from_bounding_set, override_permissions = 24, 1
    ctypes.CDLL(None).prctl(drop_from_bounding_set, override_permissions, 0, 0, 0)


# --- a home that is none ------------------------------------------------------------------------------------


@can_mount
def test_a_read_only_disk_is_told(tmp_path: Path, disk: Disk) -> None:
    project = Hostile(tmp_path / "project", home=disk.folder / "home", good=GOOD)
    project.run("run", "good.py").succeeded()
    disk.change("ro")
    for command in (("run", "good.py"), ("runs", "list"), ("runs", "resume", "last")):
        refused(project.run(*command), "PLA012", "--home", exit_code=1)
    disk.change("rw")
    assert "CACHED" in project.run("run", "good.py").succeeded().out


def test_a_folder_that_may_not_be_written_is_no_home(tmp_path: Path) -> None:
    project = Hostile(tmp_path, good=GOOD)
    project.home.mkdir(mode=0o555)
    refused(project.run("runs", "list", preexec_fn=be_bound_by_permissions), "PLA012", "--home", exit_code=1)


@pytest.mark.parametrize(
    ("home", "code", "exit_code"),
    [
        ("file", "CLI001", 2),
        ("file/home", "PLA012", 1),
        ("/dev/null", "PLA012", 1),
        ("x" * 300, "PLA012", 1),
        ("", "CLI001", 2),
        (os.fsdecode(b"caf\xe9"), "PLA017", 2),
    ],
)
def test_what_is_no_folder_is_no_home(tmp_path: Path, home: str, code: str, exit_code: int) -> None:
    project = Hostile(tmp_path, good=GOOD)
    project.write("file", "")
    refused(project.run("run", "good.py", "--home", home), code, exit_code=exit_code)
    assert {path.name for path in tmp_path.iterdir()} == {"file", "good.py", "pyproject.toml"}


# --- a damaged store ----------------------------------------------------------------------------------------


def halve(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def scramble(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:4096] + os.urandom(file.stat().st_size - 4096))


def change(statement: str) -> Callable[[Path], None]:
    def run(file: Path) -> None:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(statement)

    return run


def be_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


DAMAGE: dict[str, tuple[Callable[[Path], object], str, int]] = {
    "no database": (lambda file: file.write_text("hello " * 1000), "STO020", 2),
    "half of it": (halve, "STO014", 1),
    "noise": (scramble, "STO014", 1),
    "a folder": (be_a_folder, "STO020", 2),
    "of a newer version": (change("UPDATE alembic_version SET version_num = '9999'"), "STO021", 2),
    "of no version": (change("DELETE FROM alembic_version"), "STO014", 1),
    "records that make no sense": (change("UPDATE runs SET parameters = '{nope'"), "STO017", 1),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    project = Hostile(tmp_path_factory.mktemp("whole"), good=GOOD)
    project.run("run", "good.py").succeeded()
    with closing(sqlite3.connect(project.home / "penstock.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return project


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_store_is_refused_and_left_as_it_is(tmp_path: Path, whole: Hostile, how: str) -> None:
    harm, code, exit_code = DAMAGE[how]
    project = Hostile(tmp_path, good=GOOD)
    shutil.copytree(whole.home, project.home, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    file = project.home / "penstock.db"
    harm(file)
    before = file.is_file() and file.read_bytes()
    refused(project.run("runs", "list"), code, exit_code=exit_code)
    assert (file.is_file() and file.read_bytes()) == before


def test_lost_bytes_are_made_again(tmp_path: Path, whole: Hostile) -> None:
    project = Hostile(tmp_path, large=LARGE)
    project.run("run", "large.py", "-p", "megabytes=1").succeeded()
    for lost in ("artifacts", "code", "compiled", "work"):
        shutil.rmtree(project.home / lost, ignore_errors=True)
    ended = project.run("run", "large.py", "-p", "megabytes=1").succeeded()
    assert "1 ran · 2 cached" in ended.out
    assert "Output  1000000" in ended.out
