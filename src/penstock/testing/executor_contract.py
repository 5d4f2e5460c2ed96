"""What every executor must do, as tests: subclass a contract and say how an executor is made.

`ExecutorContract` holds for all; `IsolatedExecutorContract` for those that give each attempt a process of its own.

```python
class TestMyExecutor(IsolatedExecutorContract):
    @classmethod
    def make_executor(cls, home: Path, store_url: str) -> Executor:
        return MyExecutor(home, store_url, grace=0.3)
```

Call `pytest.register_assert_rewrite("penstock.testing.executor_contract")` before the import, for good messages.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from penstock.core.ids import RunId, TaskPath
from penstock.engine.executor import AttemptKey, Canceled, Executor, Failed, Outcome, Succeeded
from penstock.ir.runtime import RuntimeArtifact, TaskFailure
from penstock.ir.spec import ContainerSpec
from penstock.testing.attempts import Attempts, component_container, wait_until_gone

MEGABYTE = 1_000_000
ADD = "def task(a: int, b: int = 2) -> int:\n    return a + b\n"


class _Contract:
    @classmethod
    def make_executor(cls, home: Path, store_url: str) -> Executor:
        """The executor under test, with a short grace. It is shared by the tests of a class, and closed."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def executor(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executor]:
        folder = tmp_path_factory.mktemp('it\'s a "home" 😀')
        executor = cls.make_executor(folder / "home", str(folder / "artifacts"))
        yield executor
        executor.close()

    @pytest.fixture
    def attempts(self, executor: Executor, tmp_path: Path) -> Attempts:
        return Attempts(executor, tmp_path)


class ExecutorContract(_Contract):
    """What holds for every executor."""

    def test_a_component_gets_its_parameters_and_gives_its_result(self, attempts: Attempts) -> None:
        outcome = attempts.run(ADD, inputs={"a": 40}, outputs=["Output"])
        assert _values(outcome) == {"Output": 42}

    def test_the_outputs_lie_in_the_output_file_as_well(self, attempts: Attempts) -> None:
        order = attempts.start(ADD, inputs={"a": 1}, outputs=["Output"])
        attempts.wait(order)
        assert Path(order.executor_input.outputs.output_file).read_text() == '{"parameterValues":{"Output":3}}'

    def test_several_outputs_come_back_by_name(self, attempts: Attempts) -> None:
        source = """
            from typing import NamedTuple
            class Both(NamedTuple):
                low: int
                high: float
            def task(x: int) -> Both:
                return Both(x - 1, x + 0.5)
        """
        assert _values(attempts.run(source, inputs={"x": 2}, outputs=["low", "high"])) == {"low": 1, "high": 2.5}

    def test_any_unicode_survives_the_way_in_and_out(self, attempts: Attempts) -> None:
        source = """
            def task(text: str, more: dict[str, str]) -> dict[str, str]:
                print(text)
                return {text: more["😀 'quoted' \\"twice\\""]}
        """
        text = "naïve 漢字 \u202e \x00 \n 'q' \"d\" 😀"
        order = attempts.start(
            source, inputs={"text": text, "more": {"😀 'quoted' \"twice\"": text}}, outputs=["Output"]
        )
        assert _values(attempts.wait(order)) == {"Output": {text: text}}
        assert text in order.log.read_text(encoding="utf-8")

    def test_a_value_of_five_megabytes_survives(self, attempts: Attempts) -> None:
        source = "def task(text: str) -> str:\n    return text[::-1]\n"
        text = "penstock " * 600_000
        assert _values(attempts.run(source, inputs={"text": text}, outputs=["Output"])) == {"Output": text[::-1]}

    def test_a_component_uses_other_modules_of_its_package(self, attempts: Attempts) -> None:
        source = "def task() -> str:\n    from features import clean\n    return clean()\n"
        container = component_container(source, files={"features.py": "def clean() -> str:\n    return 'clean'\n"})
        assert _values(attempts.run(container, outputs=["Output"])) == {"Output": "clean"}

    def test_modules_of_one_package_are_never_taken_for_those_of_another(self, attempts: Attempts) -> None:
        source = "import features\ndef task() -> str:\n    return features.NAME\n"
        for name in ("one", "two"):
            container = component_container(source, files={"features.py": f"NAME = '{name}'\n"})
            assert _values(attempts.run(container, outputs=["Output"])) == {"Output": name}

    def test_a_package_may_hold_a_module_named_like_one_of_the_standard_library(self, attempts: Attempts) -> None:
        source = "import queue\ndef task() -> str:\n    return queue.MINE\n"
        container = component_container(source, files={"queue.py": "MINE = 'mine'\n"})
        assert _values(attempts.run(container, outputs=["Output"])) == {"Output": "mine"}

    def test_a_component_works_in_the_folder_of_the_run(self, attempts: Attempts, tmp_path: Path) -> None:
        folder = tmp_path / "a folder 'of mine'"
        folder.mkdir()
        source = "import os\ndef task() -> str:\n    return os.getcwd()\n"
        assert _values(attempts.run(source, outputs=["Output"], cwd=folder)) == {"Output": str(folder)}

    def test_a_working_folder_that_is_gone_is_an_error_of_the_user(self, attempts: Attempts, tmp_path: Path) -> None:
        failure = _failure(attempts.run("def task() -> None: ...\n", cwd=tmp_path / "gone"))
        assert (failure.kind, failure.code) == ("user", "EXE010")

    def test_the_containers_variables_are_set(self, attempts: Attempts) -> None:
        source = "import os\ndef task() -> str:\n    return os.environ['GREETING']\n"
        container = component_container(source, env={"GREETING": "hej då"})
        assert _values(attempts.run(container, outputs=["Output"])) == {"Output": "hej då"}
        assert "GREETING" not in os.environ

    def test_what_a_component_prints_is_in_its_log_in_order(self, attempts: Attempts) -> None:
        source = """
            import sys
            def task() -> None:
                print("first")
                print("second", file=sys.stderr)
                print("third")
        """
        order = attempts.start(source)
        assert isinstance(attempts.wait(order), Succeeded)
        assert order.log.read_text() == "first\nsecond\nthird\n"

    def test_usage_is_reported(self, attempts: Attempts) -> None:
        source = "def task() -> None:\n    sum(i * i for i in range(300_000))\n"
        outcome = attempts.run(source)
        assert isinstance(outcome, Succeeded)
        assert outcome.usage.wall_seconds > 0
        assert outcome.usage.cpu_seconds > 0
        assert outcome.usage.peak_memory > MEGABYTE

    # --- artifacts ----------------------------------------------------------------------------------------

    def test_an_artifact_goes_from_one_component_to_the_next(self, attempts: Attempts) -> None:
        source = """
            from penstock.data import JSON, Text
            def write(words: list[str]) -> Text:
                return Text(" ".join(words))
            def count(text: Text) -> int:
                return len(text.split())
        """
        written = attempts.run(
            component_container(source, "write"), inputs={"words": ["ett", "två", "😀"]}, saved=["Output"]
        )
        (text,) = _artifacts(written)["Output"]
        assert text.name == "Output"
        assert text.uri
        assert text.digest.startswith("sha256:")
        assert text.size == len("ett två 😀".encode())
        assert text.metadata["kind"] == "text"
        counted = attempts.run(component_container(source, "count"), artifacts={"text": [text]}, outputs=["Output"])
        assert _values(counted) == {"Output": 3}

    def test_a_component_gives_and_takes_files_as_paths(self, attempts: Attempts, tmp_path: Path) -> None:
        source = """
            from pathlib import Path
            def write(place: str) -> Path:
                Path(place).write_text("hello")
                return Path(place)
            def read(file: Path) -> str:
                return file.read_text()
        """
        place = tmp_path / "my file.txt"
        written = attempts.run(component_container(source, "write"), inputs={"place": str(place)}, saved=["Output"])
        (file,) = _artifacts(written)["Output"]
        read = attempts.run(component_container(source, "read"), artifacts={"file": [file]}, outputs=["Output"])
        assert _values(read) == {"Output": "hello"}
        assert place.read_text() == "hello"

    def test_lists_of_artifacts_go_both_ways(self, attempts: Attempts) -> None:
        source = """
            from penstock.data import JSON
            def write(count: int) -> list[JSON]:
                return [JSON({"n": n}) for n in range(count)]
            def add(values: list[JSON]) -> int:
                return sum(one.value["n"] for one in values)
        """
        written = attempts.run(component_container(source, "write"), inputs={"count": 4}, saved=["Output"])
        several = _artifacts(written)["Output"]
        assert len(several) == 4
        added = attempts.run(component_container(source, "add"), artifacts={"values": several}, outputs=["Output"])
        assert _values(added) == {"Output": 6}

    def test_an_artifact_that_is_missing_is_an_error_of_the_user(self, attempts: Attempts) -> None:
        source = "from penstock.data import Text\ndef task(text: Text) -> None: ...\n"
        made = attempts.run(
            "from penstock.data import Text\ndef task() -> Text:\n    return Text('x')\n", saved=["Output"]
        )
        (text,) = _artifacts(made)["Output"]
        gone = msgspec.structs.replace(text, uri=text.uri + ".gone")
        failure = _failure(attempts.run(source, artifacts={"text": [gone]}))
        assert (failure.kind, failure.code) == ("user", "ART002")

    def test_a_value_that_cannot_be_stored_is_named_with_its_output(self, attempts: Attempts) -> None:
        source = """
            from pathlib import Path
            def task() -> Path:
                return Path("/no/such/file")
        """
        failure = _failure(attempts.run(source, saved=["Output"]))
        assert failure.code.startswith("DAT")
        assert "'Output'" in failure.message

    # --- failures -----------------------------------------------------------------------------------------

    def test_an_exception_comes_back_with_the_authors_traceback_alone(self, attempts: Attempts) -> None:
        source = "import features\ndef task() -> None:\n    features.clean({})\n"
        files = {"features.py": "def clean(row: dict) -> None:\n    row['fare']\n"}
        failure = _failure(attempts.run(component_container(source, files=files)))
        assert (failure.kind, failure.code) == ("task", "LAU001")
        assert failure.message == "KeyError: 'fare'"
        assert failure.traceback.splitlines()[:3] == [
            "Traceback (most recent call last):",
            '  File "pipeline.py", line 3, in task',
            "    features.clean({})",
        ]
        assert '  File "features.py", line 2, in clean' in failure.traceback
        assert "penstock" not in failure.traceback
        assert failure.details["file"] == "features.py"
        assert failure.details["line"] == 2

    def test_a_module_that_cannot_be_imported_says_which_line(self, attempts: Attempts) -> None:
        failure = _failure(attempts.run("import no_such_thing\ndef task() -> None: ...\n"))
        assert (failure.kind, failure.code) == ("task", "LAU003")
        assert "no_such_thing" in failure.message
        assert "no_such_thing" in failure.hint
        assert '  File "pipeline.py", line 1' in failure.traceback

    def test_a_component_that_is_not_in_its_module_is_named(self, attempts: Attempts) -> None:
        failure = _failure(attempts.run(component_container("x = 1\n", "train")))
        assert (failure.kind, failure.code) == ("user", "LAU004")
        assert "'train'" in failure.message

    def test_leaving_by_sys_exit_is_a_failure(self, attempts: Attempts) -> None:
        failure = _failure(attempts.run("import sys\ndef task() -> None:\n    sys.exit(3)\n"))
        assert (failure.kind, failure.code) == ("task", "LAU002")
        assert "sys.exit(3)" in failure.message

    def test_a_result_of_the_wrong_type_is_an_error_of_the_user(self, attempts: Attempts) -> None:
        failure = _failure(attempts.run("def task() -> int:\n    return 'seven'\n", outputs=["Output"]))
        assert (failure.kind, failure.code) == ("user", "DAT002")
        assert "'Output'" in failure.message

    def test_a_missing_argument_is_an_error_of_the_user(self, attempts: Attempts) -> None:
        failure = _failure(attempts.run(ADD, outputs=["Output"]))
        assert (failure.kind, failure.code) == ("user", "LAU009")
        assert "'a'" in failure.message

    def test_endless_recursion_is_said_to_be_that(self, attempts: Attempts) -> None:
        source = "def again() -> None:\n    again()\ndef task() -> None:\n    again()\n"
        failure = _failure(attempts.run(source))
        assert (failure.kind, failure.code) == ("task", "LAU007")
        assert "more times" in failure.traceback

    def test_a_damaged_code_package_is_an_error_of_the_user(self, attempts: Attempts) -> None:
        container = component_container("def task() -> None: ...\n")
        args = list(container.args)
        args[args.index("--package") + 1] = "bm8gemlw"
        damaged = ContainerSpec(image=container.image, command=container.command, args=args)
        failure = _failure(attempts.run(damaged))
        assert (failure.kind, failure.code) == ("user", "LAU008")

    def test_a_container_of_another_kind_is_refused_beforehand_and_when_started(
        self, executor: Executor, attempts: Attempts
    ) -> None:
        container = ContainerSpec(image="alpine", command=["echo", "hello"])
        refusal = executor.refuse(container)
        assert refusal is not None
        assert (refusal.kind, refusal.code) == ("user", "EXE006")
        assert _failure(attempts.run(container)).code == "EXE006"
        assert executor.refuse(component_container(ADD)) is None

    def test_cancelling_what_is_not_there_does_nothing(self, executor: Executor) -> None:
        executor.cancel(AttemptKey(RunId("no"), TaskPath("such"), 1))
        executor.cancel(AttemptKey(RunId("no"), TaskPath("such"), 1), force=True)


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
        failure = _failure(attempts.run(source))
        assert (failure.kind, failure.code) == ("task", "EXE003")
        assert "signal 9 (SIGKILL" in failure.message

    def test_a_crash_of_compiled_code_leaves_the_python_frames_in_the_log(self, attempts: Attempts) -> None:
        source = "import ctypes\ndef task() -> None:\n    ctypes.string_at(0)\n"
        order = attempts.start(source)
        failure = _failure(attempts.wait(order))
        assert (failure.kind, failure.code) == ("task", "EXE003")
        assert "SIGSEGV" in failure.message
        assert "in task" in order.log.read_text()

    def test_a_task_that_ends_its_process_silently_has_failed(self, attempts: Attempts) -> None:
        source = "import os\ndef task() -> int:\n    os._exit(0)\n"
        failure = _failure(attempts.run(source, outputs=["Output"]))
        assert (failure.kind, failure.code) == ("task", "EXE004")

    def test_the_executor_goes_on_after_each_kind_of_end(self, attempts: Attempts) -> None:
        for end in ("os._exit(4)", "os.abort()", "os.kill(os.getpid(), 9)", "raise SystemExit", "1 / 0"):
            _failure(attempts.run(f"import os\ndef task() -> None:\n    {end}\n"))
        assert _values(attempts.run(ADD, inputs={"a": 1}, outputs=["Output"])) == {"Output": 3}

    # --- limits -------------------------------------------------------------------------------------------

    def test_holding_more_memory_than_the_limit_names_limit_and_peak(self, attempts: Attempts) -> None:
        source = """
            def task() -> None:
                held = []
                while True:
                    held.append(bytearray(10_000_000))
        """
        failure = _failure(attempts.run(source, memory=200 * MEGABYTE))
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
        failure = _failure(attempts.run(source, memory=150 * MEGABYTE))
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
        assert _values(outcome) == {"Output": 0}

    def test_a_task_that_takes_too_long_is_ended_and_says_so(self, attempts: Attempts) -> None:
        source = "import time\ndef task() -> None:\n    time.sleep(1000)\n"
        failure = _failure(attempts.run(source, timeout=0.2))
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
        assert _failure(attempts.run(source, inputs={"path": str(file)}, timeout=0.2)).code == "EXE002"
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
        assert _failure(attempts.run(source, timeout=0.1)).code == "EXE002"

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
        assert _values(attempts.wait(order)) == {"Output": 1}
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
        assert _values(attempts.run(source, outputs=["Output"])) == {"Output": ""}

    # --- what is left behind ------------------------------------------------------------------------------

    @pytest.mark.parametrize("own_session", [False, True])
    def test_processes_that_a_task_leaves_behind_are_killed(self, attempts: Attempts, own_session: bool) -> None:
        source = """
            import subprocess
            def task(own_session: bool) -> int:
                return subprocess.Popen(["sleep", "1000"], start_new_session=own_session).pid
        """
        outcome = attempts.run(source, inputs={"own_session": own_session}, outputs=["Output"])
        wait_until_gone(_values(outcome)["Output"])

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
        assert _values(attempts.run(source, outputs=["Output"])) == {"Output": 1}

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
            assert _values(attempts.run(source, outputs=["Output"])) == {"Output": False}

    def test_random_numbers_differ_from_attempt_to_attempt(self, attempts: Attempts) -> None:
        source = "import random\ndef task() -> float:\n    return random.random()\n"
        drawn = {_values(attempts.run(source, outputs=["Output"]))["Output"] for _ in range(3)}
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

    # --- many ---------------------------------------------------------------------------------------------

    def test_many_attempts_at_once_keep_their_own_results_and_logs(self, attempts: Attempts) -> None:
        source = "def task(a: int) -> int:\n    print(f'this is {a}')\n    return a * a\n"
        container = component_container(source)
        orders = [attempts.start(container, inputs={"a": n}, outputs=["Output"]) for n in range(40)]
        for n, order in enumerate(orders):
            assert _values(attempts.wait(order)) == {"Output": n * n}
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
        assert _values(attempts.run(source, outputs=["Output"])) == {"Output": [True, True]}
        assert signal.getsignal(signal.SIGTERM) == before


def _values(outcome: Outcome) -> dict[str, Any]:
    assert isinstance(outcome, Succeeded), outcome
    return outcome.output.parameter_values


def _artifacts(outcome: Outcome) -> dict[str, list[RuntimeArtifact]]:
    assert isinstance(outcome, Succeeded), outcome
    return {name: those.artifacts for name, those in outcome.output.artifacts.items()}


def _failure(outcome: Outcome) -> TaskFailure:
    assert isinstance(outcome, Failed), outcome
    return outcome.failure
