"""Content digests: defined for good, so their values are written down here."""

import hashlib
import os
from pathlib import Path

import pytest

from penstock.artifacts.digest import content_of
from penstock.artifacts.errors import UnstorableFile


def folder(path: Path) -> Path:
    (path / "sub").mkdir(parents=True)
    (path / "b.txt").write_bytes(b"b")
    (path / "sub" / "ä.txt").write_bytes(b"")
    (path / "none").mkdir()
    return path


def test_a_file_has_the_digest_that_sha256sum_prints(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abc")
    content = content_of(tmp_path / "f")
    assert content.digest == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert (content.size, content.folder) == (3, False)


def test_a_folder_has_the_digest_of_its_listing(tmp_path: Path) -> None:
    b, empty = hashlib.sha256(b"b").hexdigest(), hashlib.sha256(b"").hexdigest()
    listing = f'penstock folder 1\n{b} 1 "b.txt"\n- - "none"\n{empty} 0 "sub/\\u00e4.txt"\n'
    content = content_of(folder(tmp_path / "f"))
    assert content.digest == "sha256:" + hashlib.sha256(listing.encode()).hexdigest()
    assert content.digest == "sha256:5387cdfd889b6c3cdddb736853687b88c235c19aa11034abf92b93cc83982576"
    assert (content.size, content.folder) == (1, True)


def test_times_and_modes_do_not_count_but_names_do(tmp_path: Path) -> None:
    first, second = folder(tmp_path / "1"), folder(tmp_path / "2")
    os.utime(second / "b.txt", (0, 0))
    (second / "b.txt").chmod(0o400)
    assert content_of(first).digest == content_of(second).digest
    (second / "b.txt").rename(second / "c.txt")
    assert content_of(first).digest != content_of(second).digest


def test_a_name_that_is_not_utf8_has_a_digest(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / os.fsdecode(b"caf\xe9")).write_bytes(b"")
    assert content_of(tmp_path / "f").digest.startswith("sha256:")


def test_a_link_in_a_circle_is_refused(tmp_path: Path) -> None:
    (folder(tmp_path / "f") / "sub" / "up").symlink_to(tmp_path / "f")
    with pytest.raises(UnstorableFile, match="leads back to a folder above"):
        content_of(tmp_path / "f")


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(folder(tmp_path / "f") / "pipe")
    with pytest.raises(UnstorableFile, match=r"pipe' cannot be stored: it is neither a file nor a folder \[ART005\]"):
        content_of(tmp_path / "f")
