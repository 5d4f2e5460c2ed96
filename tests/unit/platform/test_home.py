"""Where state lives: made, kept from git, or refused with a reason."""

import os
from pathlib import Path

import pytest

from penstock.artifacts.errors import UnknownStoreUrl
from penstock.core.settings import Settings
from penstock.platform.home import HomeUnusable, artifacts_place, prepare_home
from penstock.platform.names import NameNotUnicode


def test_a_new_home_is_made_and_kept_from_git(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    prepare_home(home)
    prepare_home(home)
    assert (home / ".gitignore").read_text() == "*\n"


def test_a_home_that_the_disk_cut_short_is_mended(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").touch()
    prepare_home(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "*\n"


def test_in_a_folder_with_other_things_git_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pipeline.py").touch()
    prepare_home(tmp_path)
    assert not (tmp_path / ".gitignore").exists()


def test_a_file_is_no_home(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(HomeUnusable, match="it is not a folder"):
        prepare_home(file)
    with pytest.raises(HomeUnusable, match="Not a directory"):
        prepare_home(file / "home")


def test_a_name_that_is_no_text_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    home = tmp_path / os.fsdecode(b"caf\xe9")
    with pytest.raises(NameNotUnicode, match=r"caf\\xe9"):
        prepare_home(home)
    assert not home.exists()


def test_artifacts_are_not_kept_in_memory_that_tasks_do_not_share(tmp_path: Path) -> None:
    with pytest.raises(UnknownStoreUrl, match="processes of their own"):
        artifacts_place(Settings(home=tmp_path, artifacts="memory://store"))
