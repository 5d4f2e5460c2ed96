"""`penstock secrets`, `config-maps` and `volumes`: what they take, what they refuse, and that no value is shown."""

import io
import json
from pathlib import Path

import pytest

from penstock.cli.app import main
from penstock.platform.vault import HomeVault


class Given(io.TextIOWrapper):
    """Standard input that is no terminal."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("sys.stdin", Given(b""))
    return tmp_path / "home"


def give(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", Given(data))


@pytest.mark.parametrize(
    ("data", "kept"),
    [(b"pw\n", b"pw"), (b"pw", b"pw"), (b"pw\r\n", b"pw"), (b" p\nw\n\n", b" p\nw\n"), (b"\xff", b"\xff")],
)
def test_a_piped_value_loses_one_line_end(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: bytes, kept: bytes
) -> None:
    give(monkeypatch, data)
    assert main(["secrets", "set", "db", "password"]) == 0
    assert HomeVault(home).read("secret", "db") == {"password": kept}
    assert capsys.readouterr().out == "✓ secret db  set password\n"


def test_a_value_comes_from_a_file_as_it_is_or_from_a_variable(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_bytes(b"line\n")
    monkeypatch.setenv("MY_TOKEN", "t0ken")
    assert main(["secrets", "set", "db", "key", "--from-file", str(tmp_path / "key")]) == 0
    assert main(["secrets", "set", "db", "token", "--from-env", "MY_TOKEN"]) == 0
    assert HomeVault(home).read("secret", "db") == {"key": b"line\n", "token": b"t0ken"}


REFUSED = {
    "a value in the command line": (["secrets", "set", "db", "password=pw"], "everybody on this machine can see"),
    "two keys and one value": (["secrets", "set", "db", "a", "b"], "there is one value for 2 keys"),
    "two sources": (["secrets", "set", "db", "a", "--from-file", "f", "--from-env", "E"], "do not go together"),
    "nothing piped in": (["secrets", "set", "db", "a"], "standard input holds no value for `a`"),
    "no such file": (["secrets", "set", "db", "a", "--from-file", "/nope"], "cannot read '/nope'"),
    "no such variable": (["secrets", "set", "db", "a", "--from-env", "NOPE"], "no environment variable NOPE"),
    "a path as a name": (["secrets", "set", "../db", "a"], "'../db' is no name for a secret"),
    "a path as a key": (["secrets", "set", "db", "../a"], "'../a' is no name for a key"),
    "nothing to delete": (["secrets", "delete", "db"], "there is no secret 'db'"),
    "a key that is not there": (["config-maps", "delete", "cm", "x"], "there is no config map 'cm'"),
    "a source beside a value": (["config-maps", "set", "cm", "a=1", "--from-env", "E"], "name it without `=`"),
    "a volume nowhere": (["volumes", "create", "v", "--at", "/nope"], "'/nope' is no folder"),
    "a volume that is a path": (["volumes", "create", "../v"], "'../v' is no name for a volume"),
}


@pytest.mark.parametrize(("arguments", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert reason in said
    assert "=pw" not in said
    assert not (home / "secrets").exists() or not [*(home / "secrets").glob("*.json")]


def test_what_others_may_read_is_listed_with_what_is_wrong_instead_of_its_keys(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    HomeVault(home).secrets.set("db", {"password": b"hunter2"})
    (home / "secrets/db.json").chmod(0o644)
    assert main(["secrets", "list", "--json"]) == 0
    (db,) = json.loads(capsys.readouterr().out)
    assert db["keys"] == []
    assert "others can get at it (mode 644)" in db["problem"]
    assert main(["secrets", "list"]) == 0
    assert "others can get at it" in capsys.readouterr().out


def test_lists_show_names_and_keys(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("secrets", "config-maps", "volumes"):
        assert main([kind, "list"]) == 0
    said = capsys.readouterr().out
    assert said == "there are no secrets\nthere are no config maps\nthere are no volumes\n"
    HomeVault(home).secrets.set("db", {"user": b"ada", "password": b"hunter2"})
    assert main(["config-maps", "set", "cm", "b=2", "a=x=y"]) == 0
    assert main(["volumes", "create", "v"]) == 0
    capsys.readouterr()
    found = []
    for kind in ("secrets", "config-maps", "volumes"):
        assert main([kind, "list", "--json"]) == 0
        found += json.loads(capsys.readouterr().out)
    db, cm, volume = found
    assert (db["name"], db["keys"]) == ("db", ["password", "user"])
    assert (cm["name"], cm["keys"]) == ("cm", ["a", "b"])
    assert volume == {"name": "v", "folder": str(home / "volumes/v"), "linked": False}
    assert HomeVault(home).read("config map", "cm") == {"a": b"x=y", "b": b"2"}
    assert main(["secrets", "list"]) == 0
    said = capsys.readouterr().out
    assert "password, user" in said
    assert "hunter2" not in said


def test_what_is_deleted_is_gone(home: Path) -> None:
    vault = HomeVault(home)
    home.mkdir()
    vault.secrets.set("db", {"user": b"ada", "password": b"x"})
    vault.volumes.create("v")
    assert main(["secrets", "delete", "db", "user"]) == 0
    assert vault.read("secret", "db") == {"password": b"x"}
    assert main(["secrets", "delete", "db"]) == 0
    assert main(["volumes", "delete", "v"]) == 0
    assert vault.read("secret", "db") is None
    assert vault.volume("v") is None


MANIFESTS = """
apiVersion: v1
kind: Secret
metadata: {name: db}
data:
  password: aHVudGVyMg==
  key: |
    aHVudGVy
    Mg==
stringData: {user: ada}
---
kind: List
items:
- kind: ConfigMap
  metadata: {name: cm}
  data: {setting: "on"}
  binaryData: {raw: /w==}
- kind: Pod
  metadata: {name: p}
"""


@pytest.mark.parametrize("piped", [False, True])
def test_manifests_are_taken_over(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], piped: bool
) -> None:
    (tmp_path / "all.yaml").write_text(MANIFESTS)
    give(monkeypatch, MANIFESTS.encode())
    assert main(["secrets", "import", "-" if piped else str(tmp_path / "all.yaml")]) == 0
    vault = HomeVault(home)
    assert vault.read("secret", "db") == {"password": b"hunter2", "key": b"hunter2", "user": b"ada"}
    assert vault.read("config map", "cm") == {"setting": b"on", "raw": b"\xff"}
    assert capsys.readouterr().out == "✓ secret db  set password, key, user\n✓ config map cm  set raw, setting\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "it is not YAML (line 1)"),
        ("kind: Pod", "there is no Secret and no ConfigMap in it"),
        ("kind: Secret", "a Secret has no name"),
        ("{kind: Secret, metadata: {name: db}, data: {k: hunter2!}}", "key 'k' of 'db' is not base64"),
        ("{kind: ConfigMap, metadata: {name: cm}, data: {k: 5}}", "`data` of 'cm' does not map keys to text"),
        ("{kind: Secret, metadata: {name: ../db}}", "'../db' is no name for a secret"),
        ("{kind: Secret, metadata: {name: db}, stringData: {a/b: x}}", "'a/b' is no name for a key"),
    ],
)
def test_manifests_that_make_no_sense_are_refused_without_their_values(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, reason: str
) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    assert main(["secrets", "import", str(tmp_path / "bad.yaml")]) == 2
    said = capsys.readouterr().err
    assert reason in said
    assert "hunter2" not in said
    assert not home.exists()
