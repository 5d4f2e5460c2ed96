"""What only the process executor has: zygotes that die, environments, calls, and an engine that is killed."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import msgspec
import pytest

from penstock.core.errors import PenstockError
from penstock.engine.executor import Canceled, Failed, Succeeded
from penstock.executors.errors import CallFailed
from penstock.executors.process.executor import ProcessExecutor
from penstock.testing.attempts import Attempts, component_container, wait_until_gone

SLEEP = """
    import os, subprocess, time
    def task(path: str) -> None:
        child = subprocess.Popen(["sleep", "1000"])
        with open(path, "w") as pipe:
            pipe.write(f"{os.getpid()} {os.getppid()} {child.pid}")
        time.sleep(1000)
"""
PARENT = "import os\ndef task() -> int:\n    return os.getppid()\n"


@pytest.fixture
def executor(tmp_path: Path) -> Iterator[ProcessExecutor]:
    executor = ProcessExecutor(tmp_path / "home", str(tmp_path / "artifacts"), grace=0.3)
    yield executor
    executor.close()


@pytest.fixture
def attempts(executor: ProcessExecutor, tmp_path: Path) -> Attempts:
    return Attempts(executor, tmp_path)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


# --- the zygote ---------------------------------------------------------------------------------------------


def test_variables_that_are_set_later_reach_the_tasks(attempts: Attempts, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "import os\ndef task() -> list[str | None]:\n    return [os.environ.get(n) for n in ('EARLY', 'LATE')]\n"
    monkeypatch.setenv("EARLY", "1")
    assert _value(attempts.run(source, outputs=["Output"])) == ["1", None]
    monkeypatch.delenv("EARLY")
    monkeypatch.setenv("LATE", "ü")
    assert _value(attempts.run(source, outputs=["Output"])) == [None, "ü"]


def test_attempts_come_from_one_zygote(attempts: Attempts) -> None:
    parents = {_value(attempts.run(PARENT, outputs=["Output"])) for _ in range(3)}
    assert len(parents) == 1


def test_a_zygote_that_is_killed_costs_the_attempts_in_flight_and_is_replaced(attempts: Attempts, pipe: Path) -> None:
    order = attempts.start(SLEEP, inputs={"path": str(pipe)})
    task, zygote, child = map(int, pipe.read_text().split())
    os.kill(zygote, signal.SIGKILL)
    outcome = attempts.wait(order)
    assert isinstance(outcome, Failed)
    assert (outcome.failure.kind, outcome.failure.code) == ("infra", "EXE005")
    assert "SIGKILL" in outcome.failure.message
    for pid in (task, zygote, child):
        wait_until_gone(pid)
    assert _value(attempts.run(PARENT, outputs=["Output"])) != zygote


def test_the_child_that_waits_may_be_killed(attempts: Attempts) -> None:
    source = """
        import os, time
        def task() -> int:
            zygote = os.getppid()
            siblings = set()
            while not siblings:
                time.sleep(0.001)
                with open(f"/proc/{zygote}/task/{zygote}/children") as file:
                    siblings = {int(pid) for pid in file.read().split()} - {os.getpid()}
            for pid in siblings:
                os.kill(pid, 9)
            return zygote
    """
    zygote = _value(attempts.run(source, outputs=["Output"]))
    assert _value(attempts.run(PARENT, outputs=["Output"])) == zygote


def test_a_zygote_keeps_nothing_of_its_jobs(executor: ProcessExecutor, attempts: Attempts, pipe: Path) -> None:
    source = "import os\ndef task() -> int:\n    return len(os.listdir(f'/proc/{os.getppid()}/fd'))\n"
    container = component_container(source)
    first = [_value(attempts.run(container, outputs=["Output"])) for _ in range(20)]
    for end in ("os._exit(1)", "os.kill(os.getpid(), 9)", "1 / 0"):
        attempts.run(f"import os\ndef task() -> None:\n    {end}\n")
    order = attempts.start(SLEEP, inputs={"path": str(pipe)})
    pipe.read_text()
    executor.cancel(order.key, force=True)
    attempts.wait(order)
    last = [_value(attempts.run(container, outputs=["Output"])) for _ in range(20)]
    assert min(last) <= max(first)


def test_a_log_that_cannot_be_written_is_an_infrastructure_failure_and_costs_nothing(attempts: Attempts) -> None:
    order = attempts.start(PARENT, outputs=["Output"])
    zygote = _value(attempts.wait(order))
    nowhere = msgspec.structs.replace(order, log=Path("/no/such/folder/log.txt"))
    outcomes: SimpleQueue[object] = SimpleQueue()
    attempts.executor.start(nowhere, lambda _, outcome: outcomes.put(outcome))
    outcome = outcomes.get(timeout=60)
    assert isinstance(outcome, Failed)
    assert (outcome.failure.kind, outcome.failure.code) == ("infra", "EXE008")
    assert _value(attempts.run(PARENT, outputs=["Output"])) == zygote


def test_what_components_import_is_imported_beforehand(executor: ProcessExecutor, attempts: Attempts) -> None:
    source = """
        import sys
        LOADED = "turtledemo" in sys.modules or "wave" in sys.modules
        def task() -> bool:
            return LOADED
    """
    container = component_container(source, imports=["wave", "no_such_module_at_all"])
    executor.warm([container])
    assert _value(attempts.run(container, outputs=["Output"])) is True


def test_an_attempt_that_waits_for_its_zygote_can_be_canceled(executor: ProcessExecutor, attempts: Attempts) -> None:
    order = attempts.start(SLEEP, inputs={"path": "/nowhere"})
    executor.cancel(order.key)
    assert isinstance(attempts.wait(order), Canceled)


def test_an_interpreter_that_is_not_there_is_an_infrastructure_failure(tmp_path: Path) -> None:
    executor = ProcessExecutor(tmp_path / "home", str(tmp_path / "artifacts"), python=tmp_path / "no python")
    outcome = Attempts(executor, tmp_path).run(PARENT, outputs=["Output"])
    executor.close()
    assert isinstance(outcome, Failed)
    assert (outcome.failure.kind, outcome.failure.code) == ("infra", "EXE008")


def test_an_interpreter_without_penstock_says_so(tmp_path: Path) -> None:
    wrong = tmp_path / "python"
    wrong.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    wrong.chmod(0o755)
    executor = ProcessExecutor(tmp_path / "home", str(tmp_path / "artifacts"), python=wrong)
    outcome = Attempts(executor, tmp_path).run(PARENT, outputs=["Output"])
    executor.close()
    assert isinstance(outcome, Failed)
    assert outcome.failure.kind == "infra"
    assert "No module named" in outcome.failure.message


def test_a_thread_that_started_the_zygote_may_end(executor: ProcessExecutor, attempts: Attempts) -> None:
    first: list[object] = []
    thread = threading.Thread(target=lambda: first.append(_value(attempts.run(PARENT, outputs=["Output"]))))
    thread.start()
    thread.join()
    assert [_value(attempts.run(PARENT, outputs=["Output"]))] == first


def test_no_process_survives_an_engine_that_is_killed(tmp_path: Path, pipe: Path) -> None:
    script = """
        import sys
        from pathlib import Path
        from penstock.executors.process.executor import ProcessExecutor
        from penstock.testing.attempts import Attempts
        folder = Path(sys.argv[1])
        attempts = Attempts(ProcessExecutor(folder / "home", str(folder / "artifacts")), folder)
        attempts.wait(attempts.start(sys.argv[2], inputs={"path": sys.argv[3]}))
    """
    source = textwrap.dedent(SLEEP).replace("subprocess.Popen(", "subprocess.Popen(start_new_session=True, args=")
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path), source, str(pipe)]
    with subprocess.Popen(command) as engine:
        pids = [int(pid) for pid in pipe.read_text().split()]
        engine.kill()
    for pid in pids:
        wait_until_gone(pid)


def test_after_close_attempts_are_canceled(executor: ProcessExecutor, attempts: Attempts) -> None:
    executor.close()
    assert isinstance(attempts.run(PARENT, outputs=["Output"]), Canceled)


# --- memory -------------------------------------------------------------------------------------------------


def test_memory_that_is_asked_for_at_once_is_refused_at_once(attempts: Attempts) -> None:
    source = "def task() -> None:\n    bytearray(10_000_000_000)\n"
    outcome = attempts.run(source, memory=100_000_000)
    assert isinstance(outcome, Failed)
    assert outcome.failure.code == "EXE001"
    assert '  File "pipeline.py", line 2, in task' in outcome.failure.traceback


def test_without_a_limit_running_out_of_memory_says_how_to_set_one(attempts: Attempts) -> None:
    source = "def task() -> None:\n    bytearray(1 << 60)\n"
    outcome = attempts.run(source)
    assert isinstance(outcome, Failed)
    assert outcome.failure.code == "LAU006"
    assert "memory=" in outcome.failure.hint


# --- calls --------------------------------------------------------------------------------------------------


def test_a_function_can_be_called_in_a_worker(executor: ProcessExecutor, tmp_path: Path) -> None:
    payload = b"x" * 3_000_000
    assert executor.call("base64:b64encode", b"\x00\xff", cwd=tmp_path) == b"AP8="
    assert len(executor.call("zlib:compress", payload, cwd=tmp_path, preload=["zlib"])) < len(payload)


def test_a_call_that_raises_brings_the_error_and_the_output(executor: ProcessExecutor, tmp_path: Path) -> None:
    with pytest.raises(CallFailed, match=r"(?s)binascii\.Error.*Incorrect padding"):
        executor.call("base64:b64decode", b"YQ=", cwd=tmp_path)


def test_a_call_whose_process_dies_says_so(executor: ProcessExecutor, tmp_path: Path) -> None:
    (tmp_path / "deadly.py").write_text(
        "import os\ndef now(payload):\n    print('last words', flush=True)\n    os._exit(7)\n"
    )
    os.environ["PYTHONPATH"] = str(tmp_path)
    try:
        with pytest.raises(CallFailed, match=r"(?s)exit code 7.*last words"):
            executor.call("deadly:now", b"", cwd=tmp_path)
    finally:
        del os.environ["PYTHONPATH"]


def test_a_call_after_close_is_an_error(executor: ProcessExecutor, tmp_path: Path) -> None:
    executor.close()
    with pytest.raises(PenstockError, match="closed"):
        executor.call("base64:b64encode", b"", cwd=tmp_path)


# --- environments -------------------------------------------------------------------------------------------


def _wheel(folder: Path) -> str:
    """A requirement that no index is needed for: a wheel of one module, made by hand."""
    file = folder / "demo_pkg-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("demo_pkg.py", "ANSWER = 42\n")
        archive.writestr("demo_pkg-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo-pkg\nVersion: 1.0\n")
        archive.writestr(
            "demo_pkg-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("demo_pkg-1.0.dist-info/RECORD", "")
    return f"demo-pkg @ {file.as_uri()}"


def test_requirements_of_its_own_give_a_component_an_environment_of_its_own(attempts: Attempts, tmp_path: Path) -> None:
    source = """
        import sys
        import demo_pkg
        from penstock.data import Text
        def task() -> dict[str, str]:
            return {"answer": str(demo_pkg.ANSWER), "prefix": sys.prefix}
        def text() -> Text:
            return Text("stored")
    """
    requirements = [_wheel(tmp_path)]
    outcome = attempts.run(component_container(source, requirements=requirements), outputs=["Output"])
    found = _value(outcome)
    assert isinstance(found, dict)
    assert found["answer"] == "42"
    assert Path(found["prefix"]).is_relative_to(tmp_path / "home" / "environments")
    stored = attempts.run(component_container(source, "text", requirements=requirements), saved=["Output"])
    assert isinstance(stored, Succeeded)


def test_closing_does_not_wait_for_an_environment_to_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    slow = tmp_path / "uv"
    resolving = "[ $1 = pip ] && cat > /dev/null && echo anything==1.0 && exit"
    slow.write_text(f"#!/bin/sh\n{resolving}\necho $$ > '{begun}'\nexec sleep 1000\n")
    slow.chmod(0o755)
    monkeypatch.setattr("uv.find_uv_bin", lambda: str(slow))
    executor = ProcessExecutor(tmp_path / "home", str(tmp_path / "artifacts"))
    attempts = Attempts(executor, tmp_path)
    order = attempts.start(component_container(PARENT, requirements=["anything"]), outputs=["Output"])
    uv = int(begun.read_text())
    executor.close()
    assert isinstance(attempts.wait(order), Canceled)
    wait_until_gone(uv)
    left = {path.suffix for path in (tmp_path / "home" / "environments").iterdir() if path.name != "locks"}
    assert left == {".lock"}


def test_requirements_that_cannot_be_met_are_an_error_of_the_user_with_uvs_words(
    attempts: Attempts, tmp_path: Path
) -> None:
    requirement = f"demo-pkg @ {(tmp_path / 'missing-1.0-py3-none-any.whl').as_uri()}"
    outcome = attempts.run(component_container(PARENT, requirements=[requirement]), outputs=["Output"])
    assert isinstance(outcome, Failed)
    assert (outcome.failure.kind, outcome.failure.code) == ("user", "EXE007")
    assert "missing" in outcome.failure.message


def _value(outcome: object) -> object:
    assert isinstance(outcome, Succeeded), outcome
    return outcome.output.parameter_values["Output"]
