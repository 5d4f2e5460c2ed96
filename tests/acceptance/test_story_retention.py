"""Storage does not only grow: `penstock gc` through the real command, beside runs that go on, and killed half-way."""

import os
import time

import pytest

from penstock.artifacts import open_artifact_store
from penstock.metadata import open_store
from penstock.metadata.retention import digest_in
from support.projects import Project

PIPELINE = """
import time
from pathlib import Path
from penstock import component, pipeline, Text


@component
def base() -> Text:
    print("base")
    return Text("b" * 100_000)


@component
def grow(base: Text, n: int) -> Text:
    return Text(str(base) + str(n) * 200_000)


@component(cache=False)
def wait(text: Text, gate: str) -> int:
    Path(gate, "waits").touch()
    while gate and not Path(gate, "open").exists():
        time.sleep(0.02)
    return len(text)


@pipeline
def story(n: int = 1) -> Text:
    return grow(base(), n)


@pipeline
def slow(gate: str, n: int = 1) -> int:
    return wait(grow(base(), n), gate)
"""


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path, pipeline=PIPELINE)


def run(project, n: int) -> str:
    done = project.penstock("run", "pipeline.py:story", "--param", f"n={n}", "--json").succeeded()
    return done.json["run_id"]


def check_whole(project) -> None:
    """Every byte that a record names is there, and is what it was."""
    store = open_store(project.home / "penstock.db")
    artifacts = open_artifact_store(project.home / "artifacts")
    kept = {item.digest for item in artifacts.kept()}
    named = {digest for uri in store.retention.referenced() if (digest := digest_in(uri))}
    assert named <= kept
    for artifact in store.find_artifacts(limit=1000):
        assert artifacts.verify(artifact.uri, artifact.digest)
    store.close()


def test_a_plan_changes_nothing_and_applying_it_does_what_it_said(project):
    runs = [run(project, n) for n in (1, 2, 3)]
    planned = project.penstock("gc", "--keep-last", "1", "--json").succeeded()
    assert planned.json["runs"] == [runs[1], runs[0]]
    assert "nothing was changed; `--apply` does it" in planned.err
    assert len(project.penstock("runs", "list", "--json").json) == 3
    done = project.penstock("gc", "--keep-last", "1", "--apply", "--json").succeeded()
    for name in ("runs", "objects", "bytes_freed"):
        assert done.json[name] == planned.json[name]
    assert done.json["bytes_freed"] >= 600_000
    assert [found["run_id"] for found in project.penstock("runs", "list", "--json").json] == [runs[2]]
    check_whole(project)


def test_what_stays_is_served_from_cache_as_before(project):
    run(project, 1)
    run(project, 1)
    run(project, 2)
    project.penstock("gc", "--keep-last", "2", "--apply").succeeded()
    again = project.penstock("run", "pipeline.py:story", "--param", "n=1").succeeded()
    assert "2 cached" in again.out
    check_whole(project)


def test_what_somebody_keeps_stays_until_released(project):
    first, second = run(project, 1), run(project, 2)
    artifact = project.penstock("artifacts", "list", "--json", "-n", "1").json[0]["artifact_id"]
    assert "is kept until `--release`" in project.penstock("artifacts", "keep", artifact, "--note", "q3").out
    project.penstock("runs", "keep", first).succeeded()
    assert "kept    q3\n" in project.penstock("artifacts", "show", artifact).out
    assert "kept      until `--release`\n" in project.penstock("runs", "show", first).out
    (kept,) = project.penstock("artifacts", "show", artifact, "--json").json["kept"]
    assert (kept["holder"], kept["note"]) == ("person", "q3")
    assert project.penstock("runs", "show", second, "--json").json["kept"] == []
    assert project.penstock("gc", "--keep-last", "0", "--json").json["runs"] == []
    project.penstock("runs", "keep", first, "--release").succeeded()
    assert project.penstock("gc", "--keep-last", "0", "--apply", "--json").json["runs"] == [first]
    assert project.penstock("runs", "show", second, "--json").code == 0
    check_whole(project)


def test_a_run_that_goes_on_loses_nothing(project, tmp_path):
    run(project, 1)
    going = project.start("run", "pipeline.py:slow", "--param", f"gate={tmp_path}", "--param", "n=1")
    try:
        while not (tmp_path / "waits").exists():
            assert going.poll() is None, going.stdout.read()
            time.sleep(0.02)
        swept = project.penstock("gc", "--keep-last", "0", "--apply", "--json").succeeded()
        assert len(swept.json["runs"]) == 1
        assert list(swept.json["stay"].values()) == ["goes on"]
        (tmp_path / "open").touch()
        out, _ = going.communicate(timeout=60)
    finally:
        going.kill()
        going.wait()
    assert going.returncode == 0, out
    check_whole(project)


def test_bytes_that_no_record_names_go_and_so_do_working_folders(project):
    last = run(project, 1)
    artifacts = open_artifact_store(project.home / "artifacts")
    source = artifacts.staging() / "orphan"
    source.write_bytes(b"o" * 5000)
    orphan = artifacts.put(source, "orphan")
    folder = project.home / "work" / "20200101-000000-abcdef"
    folder.mkdir(parents=True)
    hours_ago = time.time() - 7200
    gone, stays = (project.home / "workspaces" / name for name in ("20200101-000000-abcdef", last))
    for workspace in (gone, stays):
        (workspace / "data").mkdir(parents=True)
    for old in (folder, gone, stays):
        os.utime(old, (hours_ago, hours_ago))
    swept = project.penstock("gc", "--apply", "--json").succeeded()
    assert (swept.json["bytes_freed"], swept.json["objects"], swept.json["working_folders"]) == (5000, 1, 2)
    assert not artifacts.exists(orphan.uri)
    assert (folder.exists(), gone.exists(), stays.exists()) == (False, False, True)
    assert project.penstock("runs", "show", last).code == 0
    assert "nothing to remove" in project.penstock("gc").out


@pytest.mark.parametrize(
    "fault",
    [
        "retention.after_batch",
        "retention.after_remove",
        "metadata.inside_transaction:1",
        "metadata.after_transaction:1",
        "metadata.inside_transaction:2",
        "metadata.after_transaction:2",
    ],
)
def test_killed_half_way_it_leaves_nothing_wrong_and_goes_on_next_time(project, fault):
    for n in (1, 2, 3):
        run(project, n)
    killed = project.penstock("gc", "--keep-last", "1", "--apply", faults=fault)
    check_whole(project)
    project.penstock("gc", "--keep-last", "1", "--apply").succeeded()
    artifacts = open_artifact_store(project.home / "artifacts")
    assert sum(item.size for item in artifacts.kept()) < 500_000
    assert killed.code == -9
    check_whole(project)


def test_two_at_once_agree(project):
    for n in (1, 2, 3):
        run(project, n)
    both = [project.start("gc", "--keep-last", "1", "--apply") for _ in range(2)]
    for one in both:
        out, _ = one.communicate(timeout=60)
        assert one.returncode == 0, out
    assert len(project.penstock("runs", "list", "--json").json) == 1
    check_whole(project)


@pytest.mark.parametrize(
    ("rule", "value", "words"),
    [
        ("--older-than", "soon", "it is no length of time"),
        ("--older-than", "-3d", "it is no length of time"),
        ("--max-size", "plenty", "it is no amount of bytes"),
        ("--max-size", "-1", "it is no amount of bytes"),
        ("--older-than", "9" * 30 + "d", "it is longer than any run is old"),
        ("--older-than", "999999999d", "it is longer than any run is old"),
    ],
)
def test_a_rule_that_makes_no_sense_removes_nothing(project, rule, value, words):
    only = run(project, 1)
    ended = project.penstock("gc", f"{rule}={value}", "--apply")
    assert ended.code == 2
    assert f"`{rule} {value}`: {words}" in ended.err
    assert [found["run_id"] for found in project.penstock("runs", "list", "--json").json] == [only]
