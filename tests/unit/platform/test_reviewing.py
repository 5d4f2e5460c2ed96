"""Where a task may be shown a folder: not in place of what it needs."""

from pathlib import Path

import pytest

from penstock.platform.reviewing import covered, emptied, own_folders

NEEDED = [Path("/home/ada/project"), Path("/home/ada/project/.penstock"), Path("/opt/python")]


@pytest.mark.parametrize(
    "path", ["/mnt/x", "/data", "/etc/secrets", "/dev/shm", "/home/ada/project/data", "/tmp", "/run/x"]
)
def test_any_other_place_is_free(path: str) -> None:
    assert covered([path], NEEDED) == ""


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/", "at / there is the system itself"),
        ("/usr", "at /usr there is the system itself"),
        ("/proc/self/x", "at /proc/self/x there is the system itself"),
        ("/home", "at /home it would hide /home/ada/project,"),
        ("/home/ada/project", "at /home/ada/project it would hide /home/ada/project,"),
        ("/opt", "at /opt it would hide /opt/python, which the task needs on this machine"),
    ],
)
def test_what_the_task_needs_is_not_hidden(path: str, reason: str) -> None:
    assert covered(["/mnt/x", path], NEEDED).startswith(reason)


def test_a_task_needs_its_home_its_project_and_its_python(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    found = own_folders(tmp_path / "home", link)
    assert {tmp_path, link, tmp_path / "home"} <= {*found}
    assert any((place / "penstock").is_dir() or place.name == "penstock" for place in found)


def test_a_folder_that_the_task_writes_to_is_not_replaced_for_one_within_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert emptied([str(tmp_path / "data"), "/nowhere/deep"], [tmp_path]) == ""
    reason = f"what the task writes to {tmp_path} would be lost; make {tmp_path}/new/x first, an empty folder will do"
    assert emptied([str(tmp_path / "new/x")], [tmp_path]) == reason
    assert f"writes to {tmp_path}/data would be lost" in emptied([str(tmp_path / "data/more")], [tmp_path])
