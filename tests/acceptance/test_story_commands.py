"""What one does with runs: watch, ask, resume, retry, trace back and forth, debug."""

import json
import os
import pty
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.projects import PENSTOCK
from support.stories import Author, executed, states

FILES = {
    "maths.py": """
from pathlib import Path


def divide(number: int, switch: str) -> int:
    by = 1 if Path(switch).exists() else 0
    return number // by
""",
    "story.py": '''
from pathlib import Path
from typing import NamedTuple

import maths
from penstock import Metrics, Text, component, each, pipeline


def note(text: str) -> None:
    with Path("notes.txt").open("a") as file:
        file.write(text + "\\n")


class Words(NamedTuple):
    words: Text
    number: int


@component
def load(source: Path) -> Words:
    note("load")
    print("loading", source.name)
    text = source.read_text()
    return Words(Text(text), len(text.split()))


@component
def check(number: int, switch: str) -> int:
    note("check")
    answer = number + 1
    print("checking", answer)
    return maths.divide(answer, switch)


@component
def measure(words: Text, factor: int) -> Metrics:
    note("measure")
    return Metrics(letters=factor * len(words))


@component
def wait(words: Text, until: str) -> Text:
    note("wait")
    Path("begun").write_text("")
    Path(until).read_text()
    return words


@pipeline
def story(source: Path, switch: str = "switch", factor: int = 2) -> Metrics:
    """Loads, checks, measures."""
    words, number = load(source)
    check(number, switch)
    return measure(words, factor)


@pipeline
def waiting(source: Path, until: str = "go"):
    words, number = load(source)
    for i in each([1, 2]):
        measure(words, i)
    measure(wait(words, until), number)
''',
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Author]:
    with Author(tmp_path_factory.mktemp("commands")) as author:
        for name, text in FILES.items():
            author.write(name, text)
        author.write("words.txt", "three little words")
        yield author


@pytest.fixture
def author(home: Author) -> Author:
    for name in ("notes.txt", "switch", "go", "begun"):
        (home.folder / name).unlink(missing_ok=True)
    return home


def notes(author: Author) -> list[str]:
    return (author.folder / "notes.txt").read_text().splitlines()


def read(author: Author, *arguments: str, code: int = 0) -> Any:
    """A command's standard output, all of which has to be one JSON document."""
    return json.loads(author.says(*arguments, "--json", code=code))


def test_a_failed_run_is_looked_into_and_goes_on_when_its_ground_is_mended(author: Author) -> None:
    failed = read(author, "run", "story.py:story", "--param", "source=words.txt", code=1)
    assert failed["state"] == "FAILED"
    assert failed["error"]["message"].startswith("ZeroDivisionError")
    frames = [line for line in failed["error"]["traceback"].splitlines() if line.startswith("  File")]
    assert frames == ['  File "story.py", line 32, in check', '  File "maths.py", line 7, in divide']
    run = failed["run_id"]
    assert author.says("runs", "logs", run, "check") == "checking 4\n"
    assert "loading words.txt" in author.says("runs", "logs", run)
    shown = read(author, "runs", "show", run)
    assert {one["path"]: one["state"] for one in shown["executions"]}["check"] == "FAILED"
    assert "ZeroDivisionError" in author.says("runs", "show", run)

    author.write("switch", "")
    retried = read(author, "runs", "retry", run)
    assert retried["state"] == "SUCCEEDED"
    assert retried["run_id"] == run
    assert sorted(notes(author)) == ["check", "check", "load", "measure"]
    assert author.find(run)["check"].attempts == 2
    assert "nothing to retry" in author.penstock("runs", "retry", run).err
    author.says("runs", "retry", run, code=2)
    author.says("runs", "resume", run)

    author.says("runs", "retry", run, "--from", "load")
    assert sorted(notes(author)[4:]) == ["check", "load", "measure"]
    assert author.find(run)["load"].attempts == 2


def test_lineage_leads_from_a_result_to_its_sources_and_back(author: Author) -> None:
    author.write("switch", "")
    run = author.run("story.py:story", "--param", "source=words.txt", "--param", "factor=3")
    metrics = run.outputs["Output"]
    back = author.says("artifacts", "lineage", metrics.id)
    for fact in ("measure", "factor=3", "story.py:measure", "load", "story.py:load", run.id):
        assert fact in back
    tree = read(author, "artifacts", "lineage", metrics.id)
    source = tree["executions"][0]["artifacts"][0]["executions"][0]["artifacts"][0]["artifact"]
    assert source["metadata"]["source"] == str(author.folder / "words.txt")
    forth = author.says("artifacts", "lineage", source["artifact_id"], "--down")
    for fact in ("load", "measure", "Metrics", metrics.id):
        assert fact in forth
    assert "letters" in author.says("artifacts", "show", metrics.id)
    assert metrics.id in author.says("artifacts", "list", "--type", "Metrics")
    assert read(author, "artifacts", "show", metrics.id)["artifact_id"] == metrics.id


def test_json_alone_is_on_standard_output(author: Author) -> None:
    author.write("switch", "")
    ended = author.penstock("run", "story.py:story", "--param", "source=words.txt", "--no-cache", "--json")
    assert ended.json["outputs"]["Output"][0]["type"] == "system.Metrics"
    assert ended.json["tasks"] == {"SUCCEEDED": 3}
    assert "SUCCEEDED" in ended.err
    inline = author.penstock("run", "story.py:story", "--param", "source=words.txt", "--no-cache", "--json", "--inline")
    assert inline.json["state"] == "SUCCEEDED"
    assert "checking 4" in inline.err
    newest, *_ = read(author, "runs", "list", "--limit", "2")
    assert newest["run_id"] == inline.json["run_id"]
    assert read(author, "runs", "explain", "last")[0]["path"]
    refused = author.penstock("run", "story.py:story", "--json")
    assert refused.code == 2
    assert refused.out == ""
    assert "missing parameter 'source'" in refused.err


def test_a_killed_run_is_resumed_and_nothing_that_was_finished_runs_again(author: Author) -> None:
    with waiting_for_ever(author) as process:
        os.killpg(process.pid, signal.SIGKILL)
    assert "cut off" in author.says("runs", "list")
    before = notes(author)
    for pipe in ("begun", "go"):
        (author.folder / pipe).unlink()
        author.write(pipe, "")
    author.says("runs", "resume", "last")
    run = author.find("last")
    assert run.succeeded
    assert notes(author)[: len(before)] == before
    assert "load" not in notes(author)[len(before) :]
    assert notes(author).count("wait") == 2
    assert "cut off" not in author.says("runs", "list")


def test_ctrl_c_cancels_a_run_and_leaves_a_clean_record(author: Author) -> None:
    with waiting_for_ever(author) as process:
        os.kill(process.pid, signal.SIGINT)
    assert process.returncode == 130
    run = author.find("last")
    assert run.state == "CANCELED"
    assert states(run)["wait"] == "CANCELED"
    assert not list((author.home / "work").glob("*"))


@contextmanager
def waiting_for_ever(author: Author) -> Iterator["subprocess.Popen[str]"]:
    """A run whose task `wait` has begun, and reads a pipe that nobody writes to; it has to be ended."""
    for pipe in ("begun", "go"):
        os.mkfifo(author.folder / pipe)
    begun = os.open(author.folder / "begun", os.O_RDONLY | os.O_NONBLOCK)
    process = author.start("run", "story.py:waiting", "--param", "source=words.txt", "--no-cache")
    try:
        assert select.select([begun], [], [], 30)[0]
        yield process
        process.communicate(timeout=30)
    finally:
        os.close(begun)
        process.kill()


# --- in the debugger ----------------------------------------------------------------------------------------


def debug(author: Author, *arguments: str, given: list[str]) -> tuple[int, str]:
    """Run the command at a terminal, answer each prompt of the debugger, and return what stood on the screen."""
    master, slave = pty.openpty()
    environment = os.environ | {"PENSTOCK_HOME": str(author.home), "NO_COLOR": "1", "TERM": "dumb"}
    process = subprocess.Popen(
        [str(PENSTOCK), *arguments], cwd=author.folder, env=environment, stdin=slave, stdout=slave, stderr=slave
    )
    os.close(slave)
    screen, answers = "", list(given)
    try:
        while True:
            try:
                screen += os.read(master, 4096).decode()
            except OSError:  # the other end is closed
                break
            if answers and screen.count("(Pdb) ") == len(given) - len(answers) + 1:
                os.write(master, f"{answers.pop(0)}\n".encode())
        return process.wait(timeout=30), screen.replace("\r", "")
    finally:
        process.kill()
        process.wait()
        os.close(master)


def test_a_debugger_stands_in_the_failing_components_frame(author: Author) -> None:
    code, screen = debug(
        author,
        *("run", "story.py:story", "--param", "source=words.txt", "--pdb"),
        given=["p 'by', by", "up", "p 'answer', answer", "q"],
    )
    assert code == 1, screen
    assert "ZeroDivisionError" in screen
    assert "-> return number // by" in screen
    assert "('by', 0)" in screen
    assert "-> return maths.divide(answer, switch)" in screen
    assert "('answer', 4)" in screen
    assert screen.index("load") < screen.index("-> return number // by")


def test_a_breakpoint_is_hit_inline(author: Author) -> None:
    author.write("switch", "")
    text = FILES["story.py"].replace("answer = number + 1", "answer = number + 1\n    breakpoint()")
    author.write("broken.py", text)
    code, screen = debug(
        author,
        *("run", "broken.py:story", "--param", "source=words.txt", "--inline"),
        given=["p 'number', number", "c"],
    )
    assert code == 0, screen
    assert "('number', 3)" in screen
    assert "SUCCEEDED" in screen


def test_a_script_is_debugged_in_its_own_file(author: Author, tmp_path: Path) -> None:
    author.write("switch", "")
    author.write(
        "debugged.py",
        "import sys\nfrom story import check, story\n\n"
        "run = story.run(source='words.txt', inline=True, cache=False)\n"
        "assert run.succeeded\n"
        "print(check.function.__code__.co_filename == sys.modules['story'].__file__, run.output.load())\n",
    )
    import sys

    done = subprocess.run(
        [sys.executable, "debugged.py"],
        cwd=author.folder,
        env=os.environ | {"PENSTOCK_HOME": str(author.home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.endswith("True {'letters': 36}\n")
    assert executed(author.find("last")) == {"load", "check", "measure"}
