"""What a task is given beyond its inputs: it finds it, nobody else does, and nothing of it stays."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.engine.executor import Canceled, Failed, Grants, Mount, Succeeded
from penstock.executors.process import mounts
from penstock.executors.process.executor import ProcessExecutor
from penstock.ir.spec import ContainerSpec
from penstock.platform.reviewing import refused_by_kernel
from penstock.testing.attempts import Attempts, values_of

NOWHERE = "/penstock-test-1f0c"
"""A place where there is nothing, on any machine."""
NOBODY = 65534
shows_folders = pytest.mark.skipif(bool(refused_by_kernel([NOWHERE])), reason="this kernel allows no namespaces here")
"""Some containers and some desktops do not; then the review refuses such a pipeline."""


@pytest.fixture
def attempts(tmp_path: Path) -> Iterator[Attempts]:
    executor = ProcessExecutor(tmp_path / "home", str(tmp_path / "artifacts"), grace=0.3)
    yield Attempts(executor, tmp_path)
    executor.close()


def test_variables_reach_the_task_over_those_of_its_container_and_no_other_task(attempts: Attempts) -> None:
    source = "import os\ndef task() -> str | None:\n    return os.environ.get('TOKEN')\n"
    given = attempts.run(source, outputs=["Output"], grants=Grants(environ={"TOKEN": "ü t0ken"}))
    assert values_of(given) == {"Output": "ü t0ken"}
    assert values_of(attempts.run(source, outputs=["Output"])) == {"Output": None}


def test_the_log_does_not_show_a_secret_however_it_is_printed(attempts: Attempts) -> None:
    source = """
    import os, subprocess, sys
    def task() -> None:
        token = os.environ["TOKEN"]
        print("token", token, flush=True)
        os.write(2, token[:4].encode()); os.write(2, token[4:].encode() + b"|")
        subprocess.run(["sh", "-c", "echo $TOKEN"], check=True)
    """
    order = attempts.start(source, grants=Grants(environ={"TOKEN": "s3cr3t-t0ken"}, secrets=("s3cr3t-t0ken",)))
    attempts.wait(order)
    assert order.log.read_text() == "token ***\n***|***\n"


@shows_folders
def test_a_task_finds_files_where_there_is_nothing_and_nobody_else_does(attempts: Attempts) -> None:
    source = f"""
    import os, stat
    from pathlib import Path
    def task() -> list:
        folder = Path("{NOWHERE}/deep/down")
        found = [[file.name, file.read_bytes().hex(), stat.S_IMODE(file.stat().st_mode)] for file in folder.iterdir()]
        try:
            (folder / "more").write_text("x")
        except OSError as error:
            found.append(error.errno)
        return found + [stat.S_IMODE(folder.stat().st_mode), Path("{NOWHERE}").is_dir(), os.getcwd()]
    """
    grants = Grants(mounts=(Mount(path=f"{NOWHERE}/deep/down", files={"password": b"\xff\0x"}),))
    outcome = attempts.run(source, outputs=["Output"], grants=grants)
    assert values_of(outcome)["Output"] == [["password", "ff0078", 0o400], 30, 0o700, True, str(attempts.folder)]
    assert not Path(NOWHERE).exists()


@shows_folders
def test_a_volume_is_shown_over_what_is_there_and_keeps_what_is_written(attempts: Attempts, tmp_path: Path) -> None:
    there, volume = tmp_path / "there", tmp_path / "volume"
    for folder in (there, volume):
        folder.mkdir()
    (there / "old").write_text("old")
    source = f"""
    import os
    def task() -> list:
        open("{there}/new", "w").write("new")
        return sorted(os.listdir("{there}"))
    """
    outcome = attempts.run(
        source, outputs=["Output"], grants=Grants(mounts=(Mount(path=str(there), source=str(volume)),))
    )
    assert values_of(outcome)["Output"] == ["new"]
    assert [file.name for file in there.iterdir()] == ["old"]
    assert (volume / "new").read_text() == "new"


@shows_folders
def test_a_folder_within_a_folder_is_shown_too(attempts: Attempts, tmp_path: Path) -> None:
    source = (
        f"import os\ndef task() -> list:\n    return sorted(os.listdir('{NOWHERE}/a')) + os.listdir('{NOWHERE}/a/b')\n"
    )
    grants = Grants(
        mounts=(
            Mount(path=f"{NOWHERE}/a/b", source=str(tmp_path / "home")),
            Mount(path=f"{NOWHERE}/a", files={"key": b""}),
        )
    )
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "home/inside").touch()
    found = values_of(attempts.run(source, outputs=["Output"], grants=grants))["Output"]
    assert found[:2] == ["b", "key"]
    assert "inside" in found[2:]


@shows_folders
def test_a_path_that_is_a_file_fails_the_attempt_with_the_reason(attempts: Attempts, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    outcome = attempts.run(
        "def task() -> None: ...", grants=Grants(mounts=(Mount(path=str(tmp_path / "file"), files={}),))
    )
    assert isinstance(outcome, Failed)
    assert (outcome.failure.kind, outcome.failure.code) == ("user", "EXE040")
    assert "there is a file" in outcome.failure.message


@shows_folders
def test_a_task_with_folders_is_limited_and_ended_as_any_other(attempts: Attempts, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    source = """
    import os, time
    def task(pipe: str) -> None:
        open(pipe, "w").write("begun")
        time.sleep(1000)
    """
    grants = Grants(mounts=(Mount(path=NOWHERE, files={}),))
    order = attempts.start(source, inputs={"pipe": str(tmp_path / "pipe")}, grants=grants)
    assert (tmp_path / "pipe").read_text() == "begun"
    attempts.executor.cancel(order.key)
    assert isinstance(attempts.wait(order), Canceled)


def trial(*paths: str, as_nobody: bool) -> "subprocess.CompletedProcess[str]":
    """The attempt to show folders at these paths, by an interpreter that everybody may start."""
    code = Path(mounts.__file__).read_text()
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if as_nobody else {}
    return subprocess.run(
        ["/usr/bin/env", "-i", sys.executable, "-I", "-S", "-", *paths],
        input=code, capture_output=True, text=True, check=False, cwd="/", **user,
    )  # fmt: skip


@shows_folders
@pytest.mark.parametrize("path", [NOWHERE, f"/mnt{NOWHERE}", f"/etc{NOWHERE}/x", "/tmp", "/dev/shm"])
def test_any_user_can_be_shown_a_folder_anywhere(path: str) -> None:
    done = trial(path, as_nobody=os.getuid() == 0 and os.access(sys.executable, os.X_OK) and nobody_may_start_python())
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def nobody_may_start_python() -> bool:
    """Not where the interpreter lies in a home of somebody's."""
    parents = Path(sys.executable).resolve().parents
    return all(parent.stat().st_mode & 0o001 for parent in parents)


def test_what_the_kernel_says_is_told() -> None:
    assert "there is a file: /etc/passwd" in refused_by_kernel(["/etc/passwd"])


def test_making_a_volume_is_no_result_for_later_runs(attempts: Attempts, tmp_path: Path) -> None:
    container = ContainerSpec(image="argostub/createpvc")
    outcome = attempts.run(container, inputs={"pvc_name": "data", "size": "1Gi"}, outputs=["name"])
    assert values_of(outcome) == {"name": "data"}
    assert isinstance(outcome, Succeeded)
    assert not outcome.reusable
    assert (tmp_path / "home/volumes/data").is_dir()
    gone = attempts.run(ContainerSpec(image="argostub/deletepvc"), inputs={"pvc_name": "data"})
    assert isinstance(gone, Succeeded)
    assert not (tmp_path / "home/volumes/data").exists()
    refused = attempts.run(ContainerSpec(image="argostub/deletepvc"), inputs={"pvc_name": ".."})
    assert isinstance(refused, Failed)
    assert (refused.failure.kind, refused.failure.code) == ("user", "EXE041")
