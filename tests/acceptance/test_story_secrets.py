"""A pipeline is given a password: it is asked for, handed over, kept from sight, and left nowhere."""

import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.projects import PENSTOCK
from support.stories import Author

STORY = """
import os
from penstock import component, pipeline


@component(secrets={"DB_PASSWORD": "database/password"})
def connect(table: str) -> int:
    password = os.environ["DB_PASSWORD"]
    print("connecting with", password)
    if table == "wrong":
        raise ValueError(f"login failed for {password}")
    return len(password)


@pipeline
def report(table: str = "trips") -> int:
    return connect(table)
"""

PLATFORM = """
---
platforms:
  kubernetes:
    deploymentSpec:
      executors:
        exec-connect:
          nodeSelector: {labels: {disk: ssd}}
          secretAsEnv:
          - secretNameParameter: {componentInputParameter: table}
            keyToEnv: [{secretKey: password, envVar: DB_PASSWORD}]
"""


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    with Author(tmp_path, story=STORY) as found:
        yield found


def set_secret(author: Author, name: str, key: str, value: str) -> None:
    done = subprocess.run(
        [PENSTOCK, "secrets", "set", name, key, "--home", author.home],
        input=value, text=True, capture_output=True, check=False, cwd=author.folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert value.strip() not in done.stdout + done.stderr


def files_with(folder: Path, text: str) -> list[str]:
    return [str(file) for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]


def test_a_run_is_refused_until_its_secret_is_there_and_then_shows_it_nowhere(author: Author) -> None:
    refused = author.penstock("run", "story.py")
    assert refused.code == 2
    assert "task connect: there is no secret 'database' [ENG020]" in refused.err
    assert "hint: `penstock secrets set database password`" in refused.err
    assert author.says("runs", "list", "--json").strip() == "[]"
    set_secret(author, "database", "password", "hunter2-hunter2\n")
    run = author.run("story.py")
    assert run.output == 15
    assert run["connect"].logs() == "connecting with ***\n"
    failed = author.run("story.py", "-p", "table=wrong", code=1)
    assert failed.error is not None
    assert "login failed for ***" in failed.error.message
    assert "***" in author.ended.text
    assert "hunter2" not in author.ended.text
    assert files_with(author.home, "hunter2") == []


def test_another_value_is_not_another_key(author: Author) -> None:
    set_secret(author, "database", "password", "hunter2")
    assert author.run("story.py").output == 7
    set_secret(author, "database", "password", "longer-than-before")
    assert author.run("story.py").output == 7
    assert author.run("story.py", "--no-cache").output == 18


def test_settings_without_meaning_are_told_once_and_the_name_may_be_a_parameter(author: Author) -> None:
    author.penstock("compile", "story.py", "-o", "story.yaml").succeeded()
    text = (author.folder / "story.yaml").read_text().partition("\n---\n")[0]
    author.write("story.yaml", text + PLATFORM)
    set_secret(author, "other", "password", "s3cr3t")
    run = author.run("story.yaml", "-p", "table=other")
    assert run.output == 6
    assert run.notes == ["nodeSelector of connect: there is one machine"]
    assert author.ended.out.count("ignored here: nodeSelector of connect: there is one machine") == 1
    assert author.penstock("run", "story.yaml", "-p", "table=nope").code == 2
    assert "notes" in author.says("runs", "show", "last")


def test_a_secret_is_typed_without_being_shown(author: Author) -> None:
    typed, end = pty.openpty()
    process = subprocess.Popen(
        [PENSTOCK, "secrets", "set", "database", "password", "--home", author.home],
        stdin=end, stdout=end, stderr=end, start_new_session=True,
    )  # fmt: skip
    os.close(end)
    shown = b""
    while b"password: " not in shown:
        shown += os.read(typed, 1024)
    os.write(typed, b"hunter2\n")
    try:
        while piece := os.read(typed, 1024):
            shown += piece
    except OSError:  # the other end is closed
        pass
    os.close(typed)
    assert process.wait(20) == 0
    assert b"hunter2" not in shown
    assert author.run("story.py").output == 7
    assert [one["keys"] for one in author.penstock("secrets", "list", "--json").json] == [["password"]]
