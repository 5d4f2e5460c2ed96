"""The live picture."""

import io
import re

import pytest

from penstock.artifacts import ArtifactStore
from penstock.cli.screen import Screen
from penstock.cli.watch.live import LivePicture
from penstock.cli.watch.progress import Progress
from penstock.core.clock import SystemClock
from penstock.metadata import MetadataStore
from support.recorded import RecordedRun
from support.taxi_runs import begin_taxi_run, succeeded_taxi_run

CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@pytest.fixture
def terminal() -> Screen:
    screen = Screen(io.StringIO(), color="always", width=80)
    screen.terminal = True
    return screen


def shown(screen: Screen) -> str:
    assert isinstance(screen.stream, io.StringIO)
    return CODES.sub("", screen.stream.getvalue())


def play(run: RecordedRun, picture: LivePicture) -> None:
    for changes in run.changes:
        picture(changes)
    picture.close()


def test_the_last_picture_stays(store: MetadataStore, artifacts: ArtifactStore, terminal: Screen) -> None:
    run = succeeded_taxi_run(store, artifacts)
    play(run, LivePicture(terminal, Progress(run.run, run.plan), SystemClock(), delay=0))
    last = shown(terminal)
    assert re.search(r"✓ train +SUCCEEDED +4\.5s  attempt 2/3", last)


def test_a_run_that_is_over_at_once_is_printed_once_without_rich(
    store: MetadataStore, artifacts: ArtifactStore, terminal: Screen
) -> None:
    run = succeeded_taxi_run(store, artifacts)
    play(run, LivePicture(terminal, Progress(run.run, run.plan), SystemClock(), delay=60))
    assert len(re.findall(r"✓ train +SUCCEEDED", shown(terminal))) == 1
    assert terminal.stream.getvalue().count("\x1b[?25l") == 0  # type: ignore[attr-defined]


def test_what_a_running_task_printed_last_stands_beside_it(
    store: MetadataStore, terminal: Screen, tmp_path: object
) -> None:
    log = f"{tmp_path}/train.log"
    with open(log, "w") as file:  # noqa: PTH123
        file.write("epoch 1\nepoch 2 \x1b[31mloss\x1b[0m 0.3\r\n\n")
    run = begin_taxi_run(store)
    run.starts("train", 5, log=log)
    picture = LivePicture(terminal, Progress(run.run, run.plan), SystemClock(), delay=60)
    for changes in run.changes:
        picture(changes)
    lines = ["".join(text for text, _ in spans) for spans in picture.lines()]
    picture.close()
    assert any("RUNNING" in line and "epoch 2 �[31mloss�[0m 0.3" in line for line in lines)


def test_a_picture_on_the_way_begins_with_the_run_in_one_line(store: MetadataStore, terminal: Screen) -> None:
    run = begin_taxi_run(store)
    picture = LivePicture(terminal, Progress(run.run, run.plan), SystemClock(), delay=60)
    for changes in run.changes:
        picture(changes)
    head = "".join(text for text, _ in picture.lines(24)[0])
    picture.close()
    assert re.fullmatch(r". RUNNING  .*  ✓ 9  ≡ 1  · 2", head)


def test_a_picture_is_never_higher_than_the_terminal(store: MetadataStore, terminal: Screen) -> None:
    run = begin_taxi_run(store)
    picture = LivePicture(terminal, Progress(run.run, run.plan), SystemClock(), delay=60)
    for changes in run.changes:
        picture(changes)
    heights = [len(picture.lines(height)) for height in (8, 10, 24)]
    picture.close()
    assert all(found <= height for found, height in zip(heights, (8, 10, 24), strict=True))
