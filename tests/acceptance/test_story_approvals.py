"""A person whose pipeline waits for another person: asked, answered, refused, forgotten, killed in between."""

import os
import signal
import time

import pytest

from penstock.metadata import open_store
from penstock.metadata.records import State
from support.stories import Author

PIPELINE = """
import penstock

asked = penstock.approval.with_options(timeout="48h")

@penstock.pipeline
def gate(subject: str = "champion of taxi"):
    first = asked(subject, details={"auc": 0.81})
    penstock.approval.after(first)("and now the budget", role="owner")
"""


@pytest.fixture
def author(tmp_path):
    with Author(tmp_path, pipeline=PIPELINE) as author:
        yield author


def start(author):
    return author.start("run", "pipeline.py:gate")


def wait_for(author, path, attempt=1):
    """The question of a task, once that attempt of it waits for an answer."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (author.home / "penstock.db").exists():
            store = open_store(author.home / "penstock.db")
            try:
                found = [item for item in store.registry.approvals(open_only=True) if item.path == path]
                execution = store.execution(found[0].run_id, found[0].path) if found else None
                if execution and (execution.state, execution.attempt) == (State.RUNNING, attempt):
                    return found[0]
            finally:
                store.close()
        time.sleep(0.02)
    raise AssertionError(f"nobody asks at {path}")


def ended(process):
    out, _ = process.communicate(timeout=60)
    return process.returncode, out


def test_a_run_waits_takes_no_core_says_how_to_answer_and_goes_on(author):
    process = start(author)
    question = wait_for(author, "approval")
    command = f"penstock approvals approve {question.approval_id}"
    shown = author.says("runs", "show", "last")
    assert "▸ approval    RUNNING" in shown
    assert command in shown
    listed = author.says("approvals", "list")
    assert "champion of taxi" in listed
    assert "0.81" in author.says("approvals", "show", question.approval_id)
    assert "approved  champion of taxi  by" in author.says(
        "approvals", "approve", question.approval_id[:5], "--note", "fine"
    )
    second = wait_for(author, "approval-2")
    assert (second.subject, second.role) == ("and now the budget", "owner")
    author.says("approvals", "approve", second.approval_id)
    code, out = ended(process)
    assert code == 0, out
    assert f"waits for a person: {command}" in out
    decided = author.penstock("approvals", "list", "--all", "--json").succeeded().json
    assert [(item["decision"], item["note"]) for item in decided] == [("approved", "fine"), ("approved", "")]
    assert author.says("approvals", "list") == "nothing waits for an answer here\n"
    assert author.penstock("approvals", "reject", question.approval_id).code == 2


def test_a_question_outlives_the_engine_and_is_not_asked_again(author):
    process = start(author)
    question = wait_for(author, "approval")
    for attempt in (2, 3):
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        process = author.start("runs", "resume", question.run_id)
        assert wait_for(author, "approval", attempt).approval_id == question.approval_id
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    said = author.says("approvals", "approve", question.approval_id)
    assert f"penstock runs resume {question.run_id}" in said
    engine = author.start("engine", "--until-idle")
    author.says("approvals", "approve", wait_for(author, "approval-2").approval_id)
    code, out = ended(engine)
    assert code == 0, out
    run = author.find("last")
    assert {path: task.state for path, task in run.tasks.items()} == {
        "approval": "SUCCEEDED",
        "approval-2": "SUCCEEDED",
    }


def test_a_no_ends_the_run_with_the_note_and_a_retry_asks_anew(author):
    process = start(author)
    question = wait_for(author, "approval")
    author.says("approvals", "reject", question.approval_id, "--note", "too slow 😀")
    code, out = ended(process)
    assert code == 1
    assert "rejected 'champion of taxi': too slow 😀" in out
    process = author.start("runs", "retry", "last")
    again = wait_for(author, "approval", 2)
    assert again.approval_id != question.approval_id
    os.kill(process.pid, signal.SIGINT)
    assert ended(process)[0] == 130
    moot = author.penstock("approvals", "approve", again.approval_id)
    assert moot.code == 2
    assert "is CANCELED" in moot.err
    assert author.says("approvals", "list") == "nothing waits for an answer here\n"


def test_runs_that_wait_for_people_keep_no_other_run_waiting(author):
    author.write("one.py", "import penstock\n\n@penstock.pipeline\ndef one():\n    penstock.approval('a')\n")
    asked = [author.penstock("run", "one.py", "--detach").succeeded().out.strip() for _ in range(2)]
    engine = author.start("engine", "--until-idle", "--max-runs", "1")
    deadline = time.monotonic() + 60
    open_now = []
    while {item["run_id"] for item in open_now} != set(asked):
        assert time.monotonic() < deadline, open_now
        open_now = author.penstock("approvals", "list", "--json").succeeded().json
    for item in open_now:
        author.says("approvals", "approve", item["approval_id"])
    code, out = ended(engine)
    assert code == 0, out
