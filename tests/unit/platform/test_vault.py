"""Secrets, config maps and volumes below a home."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.platform.vault import HomeVault
from penstock.platform.vault.errors import (
    NameNotAllowed,
    NothingStored,
    SecretsExposed,
    ValueRefused,
    ValuesUnreadable,
)


@pytest.fixture
def vault(tmp_path: Path) -> HomeVault:
    return HomeVault(tmp_path / "home")


def test_what_is_set_is_read_and_other_keys_stay(vault: HomeVault) -> None:
    vault.secrets.set("db", {"user": b"ada", "password": "pä\0ss\n".encode()})
    vault.secrets.set("db", {"user": b"grace"})
    assert vault.read("secret", "db") == {"user": b"grace", "password": "pä\0ss\n".encode()}
    assert vault.read("secret", "other") is None
    assert vault.read("config map", "db") is None


def test_files_are_for_their_owner_alone_whatever_the_umask_says(vault: HomeVault, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        vault.secrets.set("db", {"password": b"hunter2"})
    finally:
        os.umask(before)
    folder = tmp_path / "home" / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


@pytest.mark.parametrize(("place", "mode"), [("secrets", 0o755), ("secrets/db.json", 0o640)])
def test_secrets_that_others_can_read_are_refused(vault: HomeVault, tmp_path: Path, place: str, mode: int) -> None:
    vault.secrets.set("db", {"password": b"hunter2"})
    (tmp_path / "home" / place).chmod(mode)
    with pytest.raises(SecretsExposed, match=rf"{place}' holds secrets, and others can get at it \(mode {mode:o}\)"):
        vault.read("secret", "db")
    assert "others can get at it" in vault.secrets.entries()[0].problem


def test_a_list_shows_names_and_keys_and_no_values(vault: HomeVault) -> None:
    vault.secrets.set("db", {"user": b"ada", "password": b"hunter2"})
    vault.secrets.set("api", {"token": b"t0ken"})
    found = vault.secrets.entries()
    assert [(one.name, one.keys) for one in found] == [("api", ["token"]), ("db", ["password", "user"])]
    assert "hunter2" not in repr(found)


def test_keys_and_secrets_are_deleted(vault: HomeVault) -> None:
    vault.secrets.set("db", {"user": b"ada", "password": b"hunter2"})
    vault.secrets.delete("db", ["user"])
    assert vault.read("secret", "db") == {"password": b"hunter2"}
    with pytest.raises(NothingStored, match="the secret 'db' has no key 'user'"):
        vault.secrets.delete("db", ["user"])
    vault.secrets.delete("db", ["password"])
    assert vault.read("secret", "db") is None
    with pytest.raises(NothingStored, match="there is no secret 'db'"):
        vault.secrets.delete("db")


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "/etc/passwd", "Größe", "a\0b", "DB", "x" * 201, ".lock"])
def test_a_name_leads_nowhere_else(vault: HomeVault, tmp_path: Path, name: str) -> None:
    for call in (lambda: vault.secrets.set(name, {"k": b""}), lambda: vault.read("secret", name)):
        with pytest.raises(NameNotAllowed, match="is no name for a secret"):
            call()
    with pytest.raises(NameNotAllowed, match="is no name for a volume"):
        vault.volume(name)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("key", ["", ".", "..", "a/b", "..data", "é", "a=b", "a\n"])
def test_a_key_is_a_files_name_or_none(vault: HomeVault, key: str) -> None:
    with pytest.raises(NameNotAllowed, match="is no name for a key"):
        vault.secrets.set("db", {key: b""})


def test_a_damaged_file_is_told_without_what_it_holds(vault: HomeVault, tmp_path: Path) -> None:
    vault.secrets.set("db", {"password": b"x"})
    (tmp_path / "home/secrets/db.json").write_text('{"data": {"password": "hunter2!')
    with pytest.raises(ValuesUnreadable, match="its file was damaged") as caught:
        vault.read("secret", "db")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    vault.secrets.delete("db")


def test_too_much_is_refused_and_nothing_changed(vault: HomeVault) -> None:
    vault.secrets.set("db", {"user": b"ada"})
    with pytest.raises(ValueRefused, match="more than 1,048,576 bytes"):
        vault.secrets.set("db", {"dump": bytes(1 << 20)})
    assert vault.read("secret", "db") == {"user": b"ada"}


def test_two_at_once_lose_nothing(vault: HomeVault, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from penstock.platform.vault import HomeVault\n"
        "for i in range(20): HomeVault(Path(sys.argv[1])).config_maps.set('cm', {f'{sys.argv[2]}{i}': b'1'})"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, tmp_path / "home", name]) for name in ("a", "b", "c")]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    found = vault.read("config map", "cm")
    assert found is not None
    assert len(found) == 60
    assert [file.name for file in (tmp_path / "home/config-maps").iterdir() if file.name.startswith(".cm")] == []


def test_what_a_killed_process_left_is_never_read_and_goes(vault: HomeVault, tmp_path: Path) -> None:
    vault.secrets.set("db", {"user": b"ada"})
    left = tmp_path / "home/secrets/.db-0x1"
    left.write_text('{"data": {"user": "aHVudGVy')
    assert vault.read("secret", "db") == {"user": b"ada"}
    assert [one.name for one in vault.secrets.entries()] == ["db"]
    vault.secrets.set("db", {"user": b"grace"})
    assert not left.exists()


def test_a_volume_is_a_folder_below_the_home(vault: HomeVault) -> None:
    assert vault.volume("v") is None
    place = vault.volumes.create("v")
    (place / "file").write_text("x")
    assert vault.volumes.create("v") == place == vault.volume("v")
    assert (place / "file").read_text() == "x"
    vault.volumes.delete("v")
    assert vault.volume("v") is None
    with pytest.raises(NothingStored, match="there is no volume 'v'"):
        vault.volumes.delete("v")


def test_a_folder_of_the_users_is_never_deleted(vault: HomeVault, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "file").write_text("x")
    assert vault.volumes.create("v", mine) == mine
    assert [(one.name, one.folder, one.linked) for one in vault.volumes.entries()] == [("v", str(mine), True)]
    with pytest.raises(ValueRefused, match="it exists, at"):
        vault.volumes.create("v", tmp_path)
    vault.volumes.delete("v")
    assert (mine / "file").read_text() == "x"
    with pytest.raises(ValueRefused, match="is no folder"):
        vault.volumes.create("v", tmp_path / "nowhere")
