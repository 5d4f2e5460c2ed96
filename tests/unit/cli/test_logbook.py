"""The logs of a run, printed and followed."""

import io
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import structs

from penstock.artifacts import ArtifactStore
from penstock.cli.errors import AttemptNotFound
from penstock.cli.runs import logbook
from penstock.cli.runs.logbook import Logbook
from penstock.cli.screen import Screen
from penstock.cli.session import Session
from penstock.core.ids import EngineId, RunId
from penstock.ir.document import canonical_json
from penstock.metadata import MetadataStore
from penstock.metadata.records import Changes, State
from penstock.platform.finding import TaskNotFound
from penstock.platform.settings import load_settings
from support.recorded import BEGIN, RecordedRun, put_text
from support.taxi_runs import EARLIER, FAILURE, begin_taxi_run, taxi_document


class NowStandardOutput(io.StringIO):
    """Whatever standard output is at the time of writing, which pytest changes between set-up and test."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)


@pytest.fixture
def session(store: MetadataStore, artifacts: ArtifactStore) -> Session:
    system: Any = SimpleNamespace(store=store, artifacts=artifacts)
    return Session(system, load_settings({}, Path("/")), Screen(NowStandardOutput(), color="never"), json=False)


def two_attempts(store: MetadataStore, tmp_path: Path) -> RecordedRun:
    run = begin_taxi_run(store)
    for number, text in ((1, "first\n"), (2, "second, without an end of line")):
        log = tmp_path / f"{number}.log"
        log.write_text(text)
        run.starts("train", 4 + number, attempt=number, log=str(log))
        run.fails("train", 5 + number, FAILURE, again=number == 1, log=str(log))
    return run


def test_the_last_attempt_is_printed(
    session: Session, store: MetadataStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = two_attempts(store, tmp_path)
    Logbook(session, run.run, "train", None).print_all()
    assert capsys.readouterr().out == "second, without an end of line\n"


def test_an_attempt_can_be_chosen(
    session: Session, store: MetadataStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = two_attempts(store, tmp_path)
    Logbook(session, run.run, "train", 1).print_all()
    assert capsys.readouterr().out == "first\n"
    with pytest.raises(AttemptNotFound, match=r"(?s)no attempt 3 .*it has 2"):
        Logbook(session, run.run, "train", 3).print_all()


def test_without_a_task_all_logs_have_a_heading(
    session: Session, store: MetadataStore, artifacts: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    run = RecordedRun(store, taxi_document())
    for path in ("load", "validate"):
        run.runs(path, 0, 1, log=put_text(artifacts, "log.txt", f"from {path}\n").uri)
    Logbook(session, run.run, None, None).print_all()
    assert capsys.readouterr().out == (
        "── load  attempt 1  SUCCEEDED\nfrom load\n── validate  attempt 1  SUCCEEDED\nfrom validate\n"
    )


def test_a_loop_has_the_logs_of_all_that_it_holds(
    session: Session, store: MetadataStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = RecordedRun(store, taxi_document())
    run.enters("for-loop-1", 0, iterations=2)
    for index in range(2):
        log = tmp_path / f"{index}.log"
        log.write_text(f"iteration {index}\n")
        run.runs(f"for-loop-1[{index}].fit", 1, 2, log=str(log))
    Logbook(session, run.run, "for-loop-1", None).print_all()
    printed = capsys.readouterr().out
    assert "── for-loop-1[0].fit  attempt 1  SUCCEEDED\niteration 0\n" in printed
    assert printed.endswith("iteration 1\n")


def test_a_task_from_cache_shows_the_log_of_the_run_where_it_ran(
    session: Session, store: MetadataStore, artifacts: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier = RecordedRun(store, taxi_document(), EARLIER)
    earlier.runs("load", 0, 1, log=put_text(artifacts, "log.txt", "read 3 rows\n").uri)
    run = begin_taxi_run(store)
    Logbook(session, run.run, "load", None).print_all()
    captured = capsys.readouterr()
    assert captured.out == "read 3 rows\n"
    assert EARLIER in captured.err


def test_a_task_that_never_ran_says_so(session: Session, store: MetadataStore) -> None:
    run = begin_taxi_run(store)
    with pytest.raises(AttemptNotFound, match="`train` has not run in this run: it is PENDING"):
        Logbook(session, run.run, "train", None).print_all()
    with pytest.raises(TaskNotFound, match="did you mean `train`"):
        Logbook(session, run.run, "trian", None)


def test_following_prints_what_is_added_until_nobody_drives_the_run(
    session: Session,
    store: MetadataStore,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = tmp_path / "train.log"
    log.write_text("epoch 1\nepo")
    run = begin_taxi_run(store)
    run.lease = store.renew(run.lease, run.begin, timedelta(days=40_000))
    run.starts("train", 5, log=str(log))

    def meanwhile(_: float) -> None:
        with log.open("a") as file:
            file.write("ch 2\n")
        run.succeeds("train", 6, log=str(log))
        run.ends(State.SUCCEEDED, 6)

    monkeypatch.setattr(logbook.time, "sleep", meanwhile)
    Logbook(session, run.run, "train", None).follow()
    assert capsys.readouterr().out == "epoch 1\nepoch 2\n"


def test_following_a_run_that_was_only_submitted_waits_for_its_engine(
    session: Session, store: MetadataStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = begin_taxi_run(store, run_id="20261121-174502-earlier").run
    waiting = structs.replace(waiting, run_id=RunId("20261121-174503-waiting"), options={"detached": True})
    waiting = structs.replace(waiting, state=State.PENDING, started_at=None)
    store.create_run(waiting, canonical_json(taxi_document()))
    slept = []

    def meanwhile(seconds: float) -> None:
        slept.append(seconds)
        lease = store.acquire(waiting.run_id, EngineId("test:1:1"), BEGIN, timedelta(days=1))
        ended = structs.replace(waiting, state=State.CANCELED, finished_at=BEGIN)
        store.commit(lease, Changes(run=ended))

    monkeypatch.setattr(logbook.time, "sleep", meanwhile)
    Logbook(session, waiting, None, None).follow()
    assert len(slept) == 1
    assert capsys.readouterr() == ("", "")


def test_following_a_run_that_was_cut_off_says_so(
    session: Session, store: MetadataStore, capsys: pytest.CaptureFixture[str]
) -> None:
    run = begin_taxi_run(store, begin=BEGIN - timedelta(days=9)).run
    Logbook(session, run, None, None).follow()
    assert capsys.readouterr().err == f"nobody drives this run: `penstock runs resume {run.run_id}` goes on\n"


def test_a_log_larger_than_a_chunk_is_printed_whole(
    session: Session, store: MetadataStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "ä" * 100_001 + "\n"
    log = tmp_path / "log"
    log.write_text(text)
    run = begin_taxi_run(store)
    run.starts("train", 5, log=str(log))
    Logbook(session, run.run, "train", None).print_all()
    assert capsys.readouterr().out == text


def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    stream = io.StringIO()
    Screen(stream, color="never").print((("\udcff".encode("utf-8", "surrogateescape").decode(errors="replace"), ""),))
    assert stream.getvalue() == "�\n"
