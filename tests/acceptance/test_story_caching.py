"""Only what has to run again does, and a person can ask why."""

import contextlib
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.stories import Author, executed

HELPER = '''
"""Rules."""


def clean(lines: list[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip()]


def total(lines: list[str], factor: int) -> int:
    return factor * sum(_length(line) for line in lines)


def _length(line: str) -> int:
    return len(line)


def used_by_nobody() -> int:
    return 1
'''

STORY = """
from pathlib import Path

import helper
from penstock import Text, component, pipeline

from lengths import LIMIT


@component
def read(source: Path) -> list[str]:
    return source.read_text().splitlines()


@component
def clean(lines: list[str]) -> Text:
    return Text("|".join(helper.clean(lines)))


@component
def total(lines: Text, factor: int) -> int:
    return helper.total(lines.split("|"), factor)


@component
def size(path: str) -> bool:
    return len(Path(path).read_text()) < LIMIT


@pipeline
def story(source: Path, path: str = "words.txt", factor: int = 2) -> int:
    size(path)
    return total(clean(read(source)), factor)
"""

FILES = {"helper.py": HELPER, "story.py": STORY, "lengths.py": "LIMIT = 10\n", "words.txt": " one \ntwo\n\n"}

RUN = ("story.py", "--param", "source=words.txt")
ALL = {"size", "read", "clean", "total"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Author]:
    """A project that has run once; every test finds it as it was written."""
    with Author(tmp_path_factory.mktemp("caching")) as author:
        for name, text in FILES.items():
            author.write(name, text)
        first = author.run(*RUN)
        assert executed(first) == ALL
        assert first.output == 12
        yield author


@pytest.fixture
def author(home: Author) -> Iterator[Author]:
    yield home
    for name, text in FILES.items():
        home.write(name, text)


def change(author: Author, file: str, old: str, new: str) -> None:
    text = FILES[file]
    assert old in text
    author.write(file, text.replace(old, new))


def test_nothing_has_changed_so_nothing_runs(author: Author) -> None:
    run = author.run(*RUN)
    assert executed(run) == set()
    assert "4 cached" in author.ended.out
    assert run.output == 12
    assert {task.state for path, task in run.tasks.items() if path in ALL} == {"CACHED"}


def test_a_line_of_a_helper_module_reruns_what_uses_it_and_explain_names_it(author: Author) -> None:
    change(author, "helper.py", "len(line)", "len(line) + 1")
    run = author.run(*RUN)
    assert executed(run) == {"total"}
    assert run.output == 16
    said = author.says("runs", "explain", "last")
    assert "code of helper.py:_length changed" in said
    assert said.count("served from cache") == 3


def test_what_gives_the_same_bytes_as_before_reruns_nothing_after_it(author: Author) -> None:
    change(author, "helper.py", "[line.strip() for line", "[line.strip().lower() for line")
    run = author.run(*RUN)
    assert executed(run) == {"clean"}
    assert "code of helper.py:clean changed" in author.says("runs", "explain", "last", "clean")


REFORMATTED = '''
"""What is believed of lines."""


# What is left of the lines.
def clean(
    lines: list[str],
) -> list[str]:
    """Without blanks."""
    return [
        line.strip()
        for line in lines
        if line.strip()
    ]


def used_by_nobody() -> int:
    return 2


def total(lines: list[str], factor: int) -> int: return (factor * sum((_length(line)) for line in lines))


def _length(line: str) -> int:
    return len(line)  # in characters
'''


def test_what_means_the_same_reruns_nothing(author: Author) -> None:
    author.write("helper.py", REFORMATTED)
    change(author, "lengths.py", "10", "(10)")
    change(author, "story.py", "@component\ndef read", "@component(retries=2, name='read')\ndef read")
    assert executed(author.run(*RUN)) == set()


def test_a_changed_constant_of_another_module_is_code_too(author: Author) -> None:
    change(author, "lengths.py", "10", "11")
    assert executed(author.run(*RUN)) == {"size"}
    assert "code of lengths.py:LIMIT changed" in author.says("runs", "explain", "last", "size")


def test_a_changed_parameter_reruns_the_tasks_that_take_it(author: Author) -> None:
    run = author.run(*RUN, "--param", "factor=3")
    assert executed(run) == {"total"}
    assert run.output == 18
    assert "parameter factor changed (2 → 3)" in author.says("runs", "explain", "last", "total")


def test_a_changed_file_is_noticed_as_an_input_and_by_its_path(author: Author) -> None:
    author.run(*RUN)
    author.write("words.txt", "three\nfour\n")
    run = author.run(*RUN)
    assert executed(run) == ALL
    assert run.output == 18
    said = author.says("runs", "explain", "last")
    assert "input source changed" in said
    assert "file behind parameter path changed" in said


def test_a_touched_file_is_the_same_file(author: Author) -> None:
    os.utime(author.folder / "words.txt")
    assert executed(author.run(*RUN)) == set()


def test_another_version_of_a_library_reruns_what_imports_it(author: Author) -> None:
    site = author.folder / "site-packages"
    install(site, "1.0")
    author.write(
        "library.py",
        "import wordlib\nfrom penstock import component, pipeline\n\n\n"
        "@component\ndef uses() -> int:\n    return wordlib.number()\n\n\n"
        "@component\ndef does_not() -> int:\n    return 1\n\n\n"
        "@pipeline\ndef library():\n    uses()\n    does_not()\n",
    )
    env = {"PYTHONPATH": str(site)}
    assert executed(author.run("library.py", env=env)) == {"uses", "does-not"}
    assert executed(author.run("library.py", env=env)) == set()
    install(site, "1.1")
    assert executed(author.run("library.py", env=env)) == {"uses"}
    assert "wordlib" in author.says("runs", "explain", "last", "uses")
    assert "1.0 → 1.1" in author.says("runs", "explain", "last", "uses")


def install(site: Path, version: str) -> None:
    shutil.rmtree(site, ignore_errors=True)
    info = site / f"wordlib-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: wordlib\nVersion: {version}\n")
    (info / "RECORD").write_text(f"wordlib.py,,\n{info.name}/METADATA,,\n{info.name}/RECORD,,\n")
    (site / "wordlib.py").write_text("def number() -> int:\n    return 1\n")


UNCACHED = """
from pathlib import Path
from tempfile import mkdtemp

from penstock import Text, component, pipeline


@component(cache=False)
def always() -> int:
    return 1


@component
def write(text: str) -> Text:
    return Text(text)


@component
def folder(text: Text) -> Path:
    target = Path(mkdtemp())
    (target / "a.txt").write_text(text)
    (target / "b.txt").write_text(text)
    return target


@component
def names(parts: Path) -> list[str]:
    return sorted(part.name for part in parts.iterdir())


@pipeline
def uncached(text: str = "words") -> list[str]:
    always()
    return names(folder(write(text)))
"""


def test_a_component_can_ask_to_run_always_and_so_can_a_person(author: Author) -> None:
    author.write("uncached.py", UNCACHED)
    author.run("uncached.py")
    assert executed(author.run("uncached.py")) == {"always"}
    assert "caching is off" in author.says("runs", "explain", "last", "always")
    everything = author.run("uncached.py", "--no-cache")
    assert executed(everything) == {"always", "write", "folder", "names"}
    assert "caching is off for this run" in author.says("runs", "explain", "last", "write")
    again = author.run("uncached.py")
    assert executed(again) == {"always"}
    assert everything.id in author.says("runs", "explain", "last", "write")


def test_what_a_pipeline_reads_of_the_environment_is_never_stale(author: Author) -> None:
    author.write(
        "stage.py",
        "import os\nfrom penstock import component, pipeline\n\n\n"
        "@component\ndef greet(stage: str) -> str:\n    return stage\n\n\n"
        "@pipeline\ndef stage(stage: str = os.environ['STAGE']) -> str:\n    return greet(stage)\n",
    )
    assert author.run("stage.py", env={"STAGE": "test"}).output == "test"
    assert author.run("stage.py", env={"STAGE": "live"}).output == "live"


def test_what_a_pipeline_reads_of_the_disk_is_never_stale(author: Author, tmp_path: Path) -> None:
    (tmp_path / "config.txt").write_text("1")
    author.write("parts/a.txt", "")
    author.write(
        "unrolled.py",
        "from pathlib import Path\nfrom penstock import component, pipeline\n\n"
        f"CONFIG = Path({str(tmp_path / 'config.txt')!r}).read_text()\n\n\n"
        "@component\ndef length(path: str, config: str) -> int:\n    return len(config)\n\n\n"
        "@pipeline\ndef unrolled():\n"
        "    for file in sorted(Path('parts').glob('*.txt')):\n        length(str(file), CONFIG)\n",
    )
    assert executed(author.run("unrolled.py")) == {"length"}
    author.write("parts/b.txt", "")
    assert executed(author.run("unrolled.py")) == {"length-2"}
    (tmp_path / "config.txt").write_text("2")
    assert executed(author.run("unrolled.py")) == {"length", "length-2"}


@pytest.mark.parametrize("harm", ["delete", "empty", "thin out"])
def test_a_result_that_is_no_longer_whole_is_made_again(author: Author, harm: str) -> None:
    author.write("uncached.py", UNCACHED)
    author.run("uncached.py", "--param", f"text={harm}")
    stored = author.find("last")["folder"].output.path
    if harm == "delete":
        shutil.rmtree(stored)
    elif harm == "empty":
        (stored / "a.txt").chmod(0o644)
        (stored / "a.txt").write_text("")
    else:
        (stored / "b.txt").unlink()
    run = author.run("uncached.py", "--param", f"text={harm}")
    assert executed(run) == {"always", "folder"}
    assert run.output == ["a.txt", "b.txt"]
    assert (run["folder"].output.path / "a.txt").read_text() == harm
    assert "is there no more" in author.says("runs", "explain", "last", "folder")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Author]:
    """A project of its own, home and all, that has run once."""
    (tmp_path / "here").mkdir()
    with Author(tmp_path / "here") as author:
        author.home = author.folder / ".penstock"
        author.write("uncached.py", UNCACHED)
        author.run("uncached.py")
        yield author


@pytest.mark.parametrize("how", ["moved", "copied"])
def test_a_project_elsewhere_keeps_its_results(other: Author, tmp_path: Path, how: str) -> None:
    there = tmp_path / "deeper" / "there"
    if how == "moved":
        there.parent.mkdir()
        other.folder.rename(there)
    else:
        shutil.copytree(other.folder, there)
    with Author(there) as author:
        author.home = there / ".penstock"
        before = author.find("last")
        assert before["write"].output.load() == "words"
        assert before["folder"].output.path.is_relative_to(there)
        run = author.run("uncached.py")
        assert executed(run) == {"always"}
        assert run.output == ["a.txt", "b.txt"]
        # What runs there reads what was made here, from there.
        author.says("runs", "retry", before.id, "--from", "names")
        author.write("uncached.py", UNCACHED.replace("sorted(part.name", "sorted(part.name.upper()"))
        assert author.run("uncached.py").output == ["A.TXT", "B.TXT"]
        said = author.says("artifacts", "show", run["folder"].output.id)
        assert str(there) in said


OUTSIDE = """
import contextlib
import os
import re
import time
from pathlib import Path

from penstock import Cache, component, pipeline


@component(cache=Cache(fresh_for="1d"))
def fresh(text: str) -> str:
    return text


@component(cache=Cache(version="1"))
def versioned(text: str) -> str:
    return text


@component
def ruled() -> str:
    return Path("rules.csv").read_text()


@component
def leveled() -> str:
    return os.environ.get("LEVEL", "none")


@component(cache=Cache(key="mine"))
def keyed() -> int:
    return 1


@pipeline
def outside(text: str = "words"):
    fresh(text)
    versioned(text)
    ruled()
    leveled()
    keyed()


@pipeline
def timed(now: str = str(time.time_ns())) -> str:
    return versioned(now)
"""


def test_what_lies_outside_counts_as_the_author_says(author: Author) -> None:
    author.write("outside.py", OUTSIDE)
    author.write("rules.csv", "a")
    target = "outside.py:outside"
    assert executed(author.run(target)) == {"fresh", "versioned", "ruled", "leveled", "keyed"}
    assert executed(author.run(target)) == set()
    author.write("rules.csv", "b")
    author.write("outside.py", OUTSIDE.replace('version="1"', 'version="2"').replace("return 1", "return 2"))
    assert executed(author.run(target, env={"LEVEL": "high"})) == {"versioned", "ruled", "leveled"}
    said = author.says("runs", "explain", "last")
    assert 'its version changed ("1" → "2")' in said
    assert "file rules.csv, which the code reads, changed" in said
    assert "it reads environment variable LEVEL now" in said
    make_older(author, "fresh")
    assert executed(author.run(target, env={"LEVEL": "high"})) == {"fresh"}
    assert re.search(r"the result of run \S+ is older than 1d: it was \d+d", author.says("runs", "explain", "last"))
    assert executed(author.run(target, env={"LEVEL": "high"})) == set()


def make_older(author: Author, task: str) -> None:
    """Let what a task has done so far have been done long ago."""
    with contextlib.closing(sqlite3.connect(author.home / "penstock.db")) as database, database:
        database.execute("UPDATE executions SET finished_at = '2026-01-01T00:00:00+00:00' WHERE task = ?", (task,))


def test_a_pipeline_that_asks_for_the_time_is_compiled_each_time(author: Author) -> None:
    author.write("outside.py", OUTSIDE)
    assert author.run("outside.py:timed").output != author.run("outside.py:timed").output
    assert "parameter text changed" in author.says("runs", "explain", "last", "versioned")
