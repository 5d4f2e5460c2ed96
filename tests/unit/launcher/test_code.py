"""Code packages are unpacked once, whole, and never outside of their folder."""

import base64
import io
import os
import stat
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from penstock.launcher.code import CodeFolders
from penstock.launcher.errors import BadCodePackage, NoRoom
from penstock.testing.attempts import code_package

FILES = {"pipeline.py": "x = 1\n", "features/__init__.py": "", "features/clean.py": "y = 'ü 😀'\n"}


def test_a_package_becomes_a_folder_with_its_files(tmp_path: Path) -> None:
    folder = CodeFolders(tmp_path / "code").folder(code_package(FILES))
    found = {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*.py")}
    assert found == FILES


def test_the_same_content_is_unpacked_once(tmp_path: Path) -> None:
    package = code_package(FILES)
    first = CodeFolders(tmp_path).folder(package)
    (first / "mark").touch()
    assert CodeFolders(tmp_path).folder(package) == first
    assert (first / "mark").exists()
    assert list(tmp_path.iterdir()) == [first]


def test_other_content_is_another_folder(tmp_path: Path) -> None:
    folders = CodeFolders(tmp_path)
    assert folders.folder(code_package({"a.py": "1"})) != folders.folder(code_package({"a.py": "2"}))


def test_a_folder_that_was_cleaned_up_comes_back(tmp_path: Path) -> None:
    folders, package = CodeFolders(tmp_path), code_package({"a.py": "1"})
    folder = folders.folder(package)
    (folder / "a.py").unlink()
    folder.rmdir()
    assert (folders.folder(package) / "a.py").read_text() == "1"


def test_many_at_once_get_one_whole_folder(tmp_path: Path) -> None:
    package = code_package({f"module_{n}.py": "x" * 1000 for n in range(50)})
    with ThreadPoolExecutor(8) as pool:
        folders = set(pool.map(lambda _: CodeFolders(tmp_path).folder(package), range(16)))
    (folder,) = folders
    assert len(list(folder.iterdir())) == 50
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("name", ["../evil.py", "/tmp/evil.py", "a/../../evil.py", "..\\evil.py", "a\\..\\b.py"])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadCodePackage, match="leads out of its folder"):
        CodeFolders(tmp_path / "code").folder(code_package({"good.py": "", name: "evil"}))
    assert not list(tmp_path.rglob("*.py"))


def test_a_link_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(BadCodePackage, match="leads out of its folder"):
        CodeFolders(tmp_path).folder(base64.b64encode(buffer.getvalue()).decode())


@pytest.mark.parametrize("package", ["no base64!", base64.b64encode(b"no zip").decode(), code_package(FILES)[:-80]])
def test_what_is_no_package_is_refused(tmp_path: Path, package: str) -> None:
    with pytest.raises(BadCodePackage, match=r"cannot be unpacked: .+ \[LAU008\]"):
        CodeFolders(tmp_path).folder(package)
    assert not list(tmp_path.iterdir())


def test_damaged_bytes_are_noticed(tmp_path: Path) -> None:
    data = bytearray(base64.b64decode(code_package({"a.py": "some text that is long enough to be changed"})))
    data[45] ^= 1
    with pytest.raises(BadCodePackage, match="CRC"):
        CodeFolders(tmp_path).folder(base64.b64encode(data).decode())


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros.py", "w") as file:
        for _ in range(600):
            file.write(bytes(1 << 20))
    with pytest.raises(BadCodePackage, match="more than 512 MiB"):
        CodeFolders(tmp_path).folder(base64.b64encode(buffer.getvalue()).decode())


def test_a_place_that_cannot_be_written_is_an_infrastructure_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(NoRoom, match=os.strerror(20)):
        CodeFolders(file / "code").folder(code_package(FILES))


def test_an_installed_component_has_no_package_and_gets_an_empty_folder(tmp_path: Path) -> None:
    folder = CodeFolders(tmp_path).folder("")
    assert folder.is_dir()
    assert list(folder.iterdir()) == []
