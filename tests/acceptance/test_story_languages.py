"""Components in any language: in a container engine, as plain commands of this host, and refused without either."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.engines import install_fake
from support.stories import Author, executed, states

EXAMPLE = Path(__file__).parents[2] / "examples" / "languages"
WAITING = '''
from pathlib import Path

from penstock import ContainerSpec, IfPresent, Output, component, container_component, pipeline


@component
def numbers(count: int) -> list[int]:
    return list(range(count))


@container_component(env={"GREETING": "hej"})
def write(items: list[int], text: Output[str], wait: str | None = None) -> ContainerSpec:
    """Says what it got; with `wait`, it first tells who it is and waits for somebody."""
    script = """
        out=$0
        if [ -p "$2" ]; then echo $$ > "$2"; cat "$2.go"; fi
        printf '%s %s' "$GREETING" "$1" > "$out"
    """
    return ContainerSpec(image="debian:12", command=["sh", "-ec", script], args=[text, items, IfPresent("wait", wait)])


@pipeline
def story(count: int = 3, wait: str | None = None) -> str:
    return write(numbers(count), wait=wait)
'''


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    with Author(tmp_path, story=WAITING) as author:
        yield author


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_CONTAINER_ENGINE", "none")


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `docker` that has no containers and runs commands right here; gives the folder of those that run."""
    program = install_fake(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return program.parent / "state"


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    for name in ("pipe", "pipe.go"):
        os.mkfifo(tmp_path / name)
    return tmp_path / "pipe"


# --- on this host -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_engine")
def test_three_languages_work_on_one_table(author: Author) -> None:
    shutil.copytree(EXAMPLE, author.folder / "languages")
    run = author.run("languages/pipeline.py", "--host-commands", "-p", "count=100")
    assert states(run) == dict.fromkeys(["trips", "by-area", "rank", "tell"], "SUCCEEDED")
    assert run.outputs["text"] == "area 3 takes 21.9% of 2075.00"
    assert run.outputs["areas"].load().columns == ["area", "trips", "fare", "share"]
    assert "3 areas, 2075.00 in all" in author.says("runs", "logs", "last", "rank")


@pytest.mark.usefixtures("no_engine")
def test_without_an_engine_it_is_refused_and_nothing_is_on_record(author: Author) -> None:
    ended = author.penstock("run", "story.py")
    assert ended.code == 2
    assert "exec-write: image 'debian:12' needs a container engine" in ended.text
    assert "`penstock run --host-commands`" in ended.text
    assert author.says("runs", "list", "--json").strip() == "[]"


@pytest.mark.usefixtures("no_engine")
def test_commands_are_shown_before_they_run_and_on_record(author: Author) -> None:
    run = author.run("story.py", "--host-commands")
    assert run.outputs == {"Output": "hej [0,1,2]"}
    shown, _, rest = author.ended.out.partition("\nrun ")
    assert shown.startswith("on this host, without their images:\n  write  sh -ec ")
    assert "%text% %items% [%wait%]" in shown
    assert "RUNNING" in rest
    author.run("story.py", "--host-commands", "--quiet")
    assert author.ended.out == ""


@pytest.mark.usefixtures("no_engine")
def test_a_resume_goes_on_with_commands_on_the_host(author: Author, pipe: Path) -> None:
    process = author.start("run", "story.py", "--host-commands", "-p", f"wait={pipe}")
    command = int(pipe.read_text())
    process.kill()
    process.communicate()
    pipe.unlink()
    author.says("runs", "resume", "last")
    run = author.find("last")
    assert run.outputs == {"Output": "hej [0,1,2]"}
    with pytest.raises(ProcessLookupError):
        os.kill(command, 0)


@pytest.mark.usefixtures("no_engine")
def test_ctrl_c_ends_a_command(author: Author, pipe: Path) -> None:
    process = author.start("run", "story.py", "--host-commands", "-p", f"wait={pipe}")
    command = int(pipe.read_text())
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.kill(command, 0)


@pytest.mark.usefixtures("no_engine")
def test_a_program_that_is_not_here_is_refused_before_the_run(author: Author) -> None:
    author.write("story.py", WAITING.replace('["sh", "-ec", script]', '["Rscript-of-nobody", "-e", script]'))
    ended = author.penstock("run", "story.py", "--host-commands")
    assert ended.code == 2
    assert "the command `Rscript-of-nobody` cannot be run on the host" in ended.text


@pytest.mark.usefixtures("no_engine")
def test_inline_runs_no_commands(author: Author) -> None:
    ended = author.penstock("run", "story.py", "--host-commands", "--inline")
    assert ended.code == 2
    assert "leave out `--inline`" in ended.text


# --- in an engine -------------------------------------------------------------------------------------------


def test_with_an_engine_nothing_need_be_said(author: Author, docker: Path) -> None:
    run = author.run("story.py")
    assert run.outputs == {"Output": "hej [0,1,2]"}
    assert "docker run --rm --name penstock-" in author.says("runs", "logs", "last", "write")
    assert list(docker.iterdir()) == []
    again = author.run("story.py")
    assert executed(again) == set()


@pytest.mark.usefixtures("docker")
def test_what_a_command_gave_on_this_host_is_not_taken_for_what_it_gives_in_its_image(author: Author) -> None:
    assert executed(author.run("story.py", "--host-commands")) == {"numbers", "write"}
    assert executed(author.run("story.py")) == {"write"}
    assert "image changed (none: on the host → debian:12)" in author.says("runs", "explain", "last", "write")
    assert executed(author.run("story.py", "--host-commands")) == set()
    assert executed(author.run("story.py")) == set()


def test_what_a_killed_run_left_in_the_engine_is_removed_when_it_goes_on(
    author: Author, docker: Path, pipe: Path
) -> None:
    process = author.start("run", "story.py", "-p", f"wait={pipe}")
    pipe.read_text()
    process.kill()
    process.communicate()
    (left,) = docker.iterdir()
    pipe.unlink()
    author.says("runs", "resume", "last")
    assert author.find("last").outputs == {"Output": "hej [0,1,2]"}
    assert not left.exists()
    assert list(docker.iterdir()) == []
