"""What every executor must do, besides, that gives each attempt a process of its own: see `executor_contract`.

Call `pytest.register_assert_rewrite("penstock.testing.isolation_contract")` before the import, for good messages.
"""

import os
import signal
from pathlib import Path

import pytest

from penstock.engine.executor import Canceled, Executor, Succeeded
from penstock.testing.attempts import Attempts, component_container, failure_of, values_of, wait_until_gone
from penstock.testing.executor_contract import ADD, MEGABYTE, ExecutorContract


class IsolatedExecutorContract(ExecutorContract):
    """What holds, besides, where each attempt has a process of its own."""

    @pytest.fixture
    def pipe(self, tmp_path: Path) -> Path:
        """A named pipe: what a component writes there arrives at `pipe.read_text()`, once it has closed it."""
        path = tmp_path / "pipe"
        os.mkfifo(path)
        return path

    # --- ends that Python does not see --------------------------------------------------------------------

    def test_a_task_that_is_killed_says_by_which_signal(self, attempts: Attempts) -> None:
        source = "import os\ndef task() -> None:\n    os.kill(os.getpid(), 9)\n"
        failure = failure_of(attempts.run(source))
        assert (failure.kind, failure.code) == ("task", "EXE003")
        assert "signal 9 (SIGKILL" in failure.message

    def test_a_crash_of_compiled_code_leaves_the_python_frames_in_the_log(self, attempts: Attempts) -> None:
        source = "import ctypes\ndef task() -> None:\n    ctypes.string_at(0)\n"
        order = attempts.start(source)
        failure = failure_of(attempts.wait(order))
        assert (failure.kind, failure.code) == ("task", "EXE003")
        assert "SIGSEGV" in failure.message
        assert "in task" in order.log.read_text()

    def test_a_task_that_ends_its_process_silently_has_failed(self, attempts: Attempts) -> None:
        source = "import os\ndef task() -> int:\n    os._exit(0)\n"
        failure = failure_of(attempts.run(source, outputs=["Output"]))
        assert (failure.kind, failure.code) == ("task", "EXE004")

    def test_the_executor_goes_on_after_each_kind_of_end(self, attempts: Attempts) -> None:
        for end in ("os._exit(4)", "os.abort()", "os.kill(os.getpid(), 9)", "raise SystemExit", "1 / 0"):
            failure_of(attempts.run(f"import os\ndef task() -> None:\n    {end}\n"))
        assert values_of(attempts.run(ADD, inputs={"a": 1}, outputs=["Output"])) == {"Output": 3}

    # --- limits -------------------------------------------------------------------------------------------

    def test_holding_more_memory_than_the_limit_names_limit_and_peak(self, attempts: Attempts) -> None:
        source = """
            def task() -> None:
                held = []
                while True:
                    held.append(bytearray(10_000_000))
        """
        failure = failure_of(attempts.run(source, memory=200 * MEGABYTE))
        assert (failure.kind, failure.code) == ("task", "EXE001")
        assert "its limit is 200.0 MB" in failure.message

    def test_processes_of_a_task_share_its_memory_limit(self, attempts: Attempts) -> None:
        source = """
            import os, time
            def task() -> None:
                for _ in range(4):
                    if os.fork() == 0:
                        held = bytearray(60_000_000)
                        for i in range(0, len(held), 4096):
                            held[i] = 1
                        time.sleep(1000)
                time.sleep(1000)
        """
        failure = failure_of(attempts.run(source, memory=150 * MEGABYTE))
        assert failure.code == "EXE001"

    def test_a_mapped_file_larger_than_the_memory_limit_may_be_read(self, attempts: Attempts, tmp_path: Path) -> None:
        file = tmp_path / "large"
        with file.open("wb") as stream:
            stream.truncate(400 * MEGABYTE)
        source = """
            import mmap
            def task(path: str) -> int:
                with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
                    return sum(view[i] for i in range(0, len(view), 4096))
        """
        outcome = attempts.run(source, inputs={"path": str(file)}, outputs=["Output"], memory=100 * MEGABYTE)
        assert values_of(outcome) == {"Output": 0}

    def test_a_task_that_takes_too_long_is_ended_and_says_so(self, attempts: Attempts) -> None:
        source = "import time\ndef task() -> None:\n    time.sleep(1000)\n"
        failure = failure_of(attempts.run(source, timeout=0.2))
        assert (failure.kind, failure.code) == ("task", "EXE002")
        assert "0.2 s" in failure.message

    def test_a_task_that_takes_too_long_may_clean_up(self, attempts: Attempts, tmp_path: Path) -> None:
        source = """
            import pathlib, time
            def task(path: str) -> None:
                try:
                    time.sleep(1000)
                finally:
                    pathlib.Path(path).write_text("cleaned up")
        """
        file = tmp_path / "file"
        assert failure_of(attempts.run(source, inputs={"path": str(file)}, timeout=0.2)).code == "EXE002"
        assert file.read_text() == "cleaned up"

    def test_a_task_that_ignores_the_request_to_end_is_killed(self, attempts: Attempts) -> None:
        source = """
            import time
            def task() -> None:
                while True:
                    try:
                        time.sleep(1000)
                    except BaseException:
                        print("no")
        """
        assert failure_of(attempts.run(source, timeout=0.1)).code == "EXE002"

    # --- output -------------------------------------------------------------------------------------------

    def test_printing_without_end_neither_fills_the_disk_nor_blocks(self, attempts: Attempts) -> None:
        source = """
            import os
            def task() -> int:
                block = b"x" * (1 << 20)
                for _ in range(200):
                    os.write(1, block)
                print("the end", flush=True)
                return 1
        """
        order = attempts.start(source, outputs=["Output"])
        assert values_of(attempts.wait(order)) == {"Output": 1}
        log = order.log.read_bytes()
        assert 32 << 20 < len(log) < 40 << 20
        assert log.endswith(b"the end\n")
        assert b"bytes of output were left out here" in log

    def test_output_of_subprocesses_and_of_compiled_code_is_in_the_log(self, attempts: Attempts) -> None:
        source = """
            import os, subprocess
            def task() -> None:
                os.write(2, b"from below\\n")
                subprocess.run(["echo", "from a subprocess"], check=True)
        """
        order = attempts.start(source)
        attempts.wait(order)
        assert order.log.read_text() == "from below\nfrom a subprocess\n"

    def test_nothing_can_be_read_from_standard_input(self, attempts: Attempts) -> None:
        source = "import sys\ndef task() -> str:\n    return sys.stdin.read()\n"
        assert values_of(attempts.run(source, outputs=["Output"])) == {"Output": ""}

    # --- what is left behind ------------------------------------------------------------------------------

    @pytest.mark.parametrize("own_session", [False, True])
    def test_processes_that_a_task_leaves_behind_are_killed(self, attempts: Attempts, own_session: bool) -> None:
        source = """
            import subprocess
            def task(own_session: bool) -> int:
                return subprocess.Popen(["sleep", "1000"], start_new_session=own_session).pid
        """
        outcome = attempts.run(source, inputs={"own_session": own_session}, outputs=["Output"])
        wait_until_gone(values_of(outcome)["Output"])

    def test_a_daemon_that_a_task_leaves_behind_is_killed(self, attempts: Attempts, pipe: Path) -> None:
        source = """
            import os, time
            def task(path: str) -> None:
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        with open(path, "w") as pipe:
                            pipe.write(str(os.getpid()))
                        time.sleep(1000)
                    os._exit(0)
                os.wait()
                while os.path.exists(path):
                    time.sleep(0.01)
        """
        order = attempts.start(source, inputs={"path": str(pipe)})
        daemon = int(pipe.read_text())
        pipe.unlink()
        assert isinstance(attempts.wait(order), Succeeded)
        wait_until_gone(daemon)

    def test_threads_that_a_task_leaves_behind_hold_nothing_up(self, attempts: Attempts) -> None:
        source = """
            import threading, time
            def task() -> int:
                threading.Thread(target=time.sleep, args=(1000,)).start()
                return 1
        """
        assert values_of(attempts.run(source, outputs=["Output"])) == {"Output": 1}

    def test_exit_handlers_that_a_task_registers_are_run(self, attempts: Attempts, tmp_path: Path) -> None:
        source = """
            import atexit, pathlib
            def task(path: str) -> None:
                atexit.register(lambda: pathlib.Path(path).write_text("bye"))
        """
        file = tmp_path / "file"
        assert isinstance(attempts.run(source, inputs={"path": str(file)}), Succeeded)
        assert file.read_text() == "bye"

    def test_an_attempt_sees_nothing_of_the_one_before(self, attempts: Attempts) -> None:
        source = """
            import os, sys
            def task() -> bool:
                before = "MARK" in os.environ or hasattr(sys, "mark")
                os.environ["MARK"] = "1"
                sys.mark = 1
                return before
        """
        for _ in range(2):
            assert values_of(attempts.run(source, outputs=["Output"])) == {"Output": False}

    def test_random_numbers_differ_from_attempt_to_attempt(self, attempts: Attempts) -> None:
        source = "import random\ndef task() -> float:\n    return random.random()\n"
        drawn = {values_of(attempts.run(source, outputs=["Output"]))["Output"] for _ in range(3)}
        assert len(drawn) == 3

    # --- cancellation -------------------------------------------------------------------------------------

    @pytest.mark.parametrize("force", [False, True])
    def test_cancelling_ends_a_task_and_its_children(
        self, executor: Executor, attempts: Attempts, pipe: Path, force: bool
    ) -> None:
        source = """
            import os, subprocess, time
            def task(path: str) -> None:
                child = subprocess.Popen(["sleep", "1000"])
                with open(path, "w") as pipe:
                    pipe.write(f"{os.getpid()} {child.pid}")
                time.sleep(1000)
        """
        order = attempts.start(source, inputs={"path": str(pipe)})
        pids = [int(pid) for pid in pipe.read_text().split()]
        executor.cancel(order.key, force=force)
        assert isinstance(attempts.wait(order), Canceled)
        for pid in pids:
            wait_until_gone(pid)

    def test_a_gentle_cancellation_lets_a_task_clean_up(
        self, executor: Executor, attempts: Attempts, pipe: Path
    ) -> None:
        source = """
            import time
            def task(path: str) -> None:
                try:
                    open(path, "w").close()
                    time.sleep(1000)
                finally:
                    print("cleaned up")
        """
        order = attempts.start(source, inputs={"path": str(pipe)})
        pipe.read_text()
        executor.cancel(order.key)
        assert isinstance(attempts.wait(order), Canceled)
        assert order.log.read_text() == "cleaned up\n"

    def test_a_forced_cancellation_after_a_gentle_one_ends_a_stubborn_task(
        self, executor: Executor, attempts: Attempts, pipe: Path
    ) -> None:
        source = """
            import signal, time
            def task(path: str) -> None:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                open(path, "w").close()
                time.sleep(1000)
        """
        order = attempts.start(source, inputs={"path": str(pipe)})
        pipe.read_text()
        executor.cancel(order.key)
        executor.cancel(order.key, force=True)
        assert isinstance(attempts.wait(order), Canceled)

    def test_cancelling_some_leaves_the_others_alone(self, executor: Executor, attempts: Attempts, pipe: Path) -> None:
        waits = "def task(path: str) -> str:\n    with open(path) as pipe:\n        return pipe.read()\n"
        bystander = attempts.start(waits, inputs={"path": str(pipe)}, outputs=["Output"])
        container = component_container("import time\ndef task() -> None:\n    time.sleep(1000)\n")
        for number in range(30):
            order = attempts.start(container)
            executor.cancel(order.key, force=number % 3 == 0)
            assert isinstance(attempts.wait(order), Canceled)
        pipe.write_text("still here")
        assert values_of(attempts.wait(bystander)) == {"Output": "still here"}

    # --- many ---------------------------------------------------------------------------------------------

    def test_many_attempts_at_once_keep_their_own_results_and_logs(self, attempts: Attempts) -> None:
        source = "def task(a: int) -> int:\n    print(f'this is {a}')\n    return a * a\n"
        container = component_container(source)
        orders = [attempts.start(container, inputs={"a": n}, outputs=["Output"]) for n in range(40)]
        for n, order in enumerate(orders):
            assert values_of(attempts.wait(order)) == {"Output": n * n}
            assert order.log.read_text() == f"this is {n}\n"

    def test_closing_ends_what_still_runs(self, tmp_path: Path, pipe: Path) -> None:
        executor = self.make_executor(tmp_path / "home", str(tmp_path / "artifacts"))
        attempts = Attempts(executor, tmp_path)
        source = """
            import os, time
            def task(path: str) -> None:
                with open(path, "w") as pipe:
                    pipe.write(str(os.getpid()))
                time.sleep(1000)
        """
        order = attempts.start(source, inputs={"path": str(pipe)})
        pid = int(pipe.read_text())
        executor.close()
        assert isinstance(attempts.wait(order), Canceled)
        wait_until_gone(pid)

    def test_signals_of_the_test_runner_are_not_the_tasks(self, attempts: Attempts) -> None:
        source = """
            import os, signal
            def task() -> list[bool]:
                return [os.getsid(0) == os.getpid(), signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL]
        """
        before = signal.getsignal(signal.SIGTERM)
        assert values_of(attempts.run(source, outputs=["Output"])) == {"Output": [True, True]}
        assert signal.getsignal(signal.SIGTERM) == before
