"""What every executor must do, as tests: subclass a contract and say how an executor is made.

`ExecutorContract` holds for all. Those that give each attempt a process of its own keep
`penstock.testing.isolation_contract` besides.

```python
class TestMyExecutor(ExecutorContract):
    @classmethod
    def make_executor(cls, home: Path, store_url: str) -> Executor:
        return MyExecutor(home, store_url, grace=0.3)
```

Call `pytest.register_assert_rewrite("penstock.testing.executor_contract")` before the import, for good messages.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from penstock.core.ids import RunId, TaskPath
from penstock.engine.executor import AttemptKey, Executor, Succeeded
from penstock.ir.spec import ContainerSpec, EnvVar
from penstock.testing.attempts import Attempts, artifacts_of, component_container, failure_of, values_of

MEGABYTE = 1_000_000
ADD = "def task(a: int, b: int = 2) -> int:\n    return a + b\n"


class ExecutorContract:
    """What holds for every executor."""

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

    def test_a_component_gets_its_parameters_and_gives_its_result(self, attempts: Attempts) -> None:
        outcome = attempts.run(ADD, inputs={"a": 40}, outputs=["Output"])
        assert values_of(outcome) == {"Output": 42}

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
        assert values_of(attempts.run(source, inputs={"x": 2}, outputs=["low", "high"])) == {"low": 1, "high": 2.5}

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
        assert values_of(attempts.wait(order)) == {"Output": {text: text}}
        assert text in order.log.read_text(encoding="utf-8")

    def test_a_value_of_five_megabytes_survives(self, attempts: Attempts) -> None:
        source = "def task(text: str) -> str:\n    return text[::-1]\n"
        text = "penstock " * 600_000
        assert values_of(attempts.run(source, inputs={"text": text}, outputs=["Output"])) == {"Output": text[::-1]}

    def test_a_component_uses_other_modules_of_its_package(self, attempts: Attempts) -> None:
        source = "def task() -> str:\n    from features import clean\n    return clean()\n"
        container = component_container(source, files={"features.py": "def clean() -> str:\n    return 'clean'\n"})
        assert values_of(attempts.run(container, outputs=["Output"])) == {"Output": "clean"}

    def test_modules_of_one_package_are_never_taken_for_those_of_another(self, attempts: Attempts) -> None:
        source = "import features\ndef task() -> str:\n    return features.NAME\n"
        for name in ("one", "two"):
            container = component_container(source, files={"features.py": f"NAME = '{name}'\n"})
            assert values_of(attempts.run(container, outputs=["Output"])) == {"Output": name}

    def test_a_package_may_hold_a_module_named_like_one_of_the_standard_library(self, attempts: Attempts) -> None:
        source = "import queue\ndef task() -> str:\n    return queue.MINE\n"
        container = component_container(source, files={"queue.py": "MINE = 'mine'\n"})
        assert values_of(attempts.run(container, outputs=["Output"])) == {"Output": "mine"}

    def test_a_component_finds_where_it_runs_and_its_own_variables_go_before(self, attempts: Attempts) -> None:
        source = """
            import os
            def task() -> list[str]:
                return [os.environ.get(name, "") for name in ("PENSTOCK_RUN_ID", "PENSTOCK_TASK", "MINE")]
        """
        container = msgspec.structs.replace(component_container(source), env=[EnvVar(name="MINE", value="own")])
        surroundings = {"PENSTOCK_RUN_ID": "r1 😀", "PENSTOCK_TASK": "a[1].b", "MINE": "given"}
        outcome = attempts.run(container, outputs=["Output"], surroundings=surroundings)
        assert values_of(outcome) == {"Output": ["r1 😀", "a[1].b", "own"]}

    def test_a_component_works_in_the_folder_of_the_run(self, attempts: Attempts, tmp_path: Path) -> None:
        folder = tmp_path / "a folder 'of mine'"
        folder.mkdir()
        source = "import os\ndef task() -> str:\n    return os.getcwd()\n"
        assert values_of(attempts.run(source, outputs=["Output"], cwd=folder)) == {"Output": str(folder)}

    def test_a_working_folder_that_is_gone_is_an_error_of_the_user(self, attempts: Attempts, tmp_path: Path) -> None:
        failure = failure_of(attempts.run("def task() -> None: ...\n", cwd=tmp_path / "gone"))
        assert (failure.kind, failure.code) == ("user", "EXE010")

    def test_the_containers_variables_are_set(self, attempts: Attempts) -> None:
        source = "import os\ndef task() -> str:\n    return os.environ['GREETING']\n"
        container = component_container(source, env={"GREETING": "hej då"})
        assert values_of(attempts.run(container, outputs=["Output"])) == {"Output": "hej då"}
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
        (text,) = artifacts_of(written)["Output"]
        assert text.name == "Output"
        assert text.uri
        assert text.digest.startswith("sha256:")
        assert text.size == len("ett två 😀".encode())
        assert text.metadata["kind"] == "text"
        counted = attempts.run(component_container(source, "count"), artifacts={"text": [text]}, outputs=["Output"])
        assert values_of(counted) == {"Output": 3}

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
        (file,) = artifacts_of(written)["Output"]
        read = attempts.run(component_container(source, "read"), artifacts={"file": [file]}, outputs=["Output"])
        assert values_of(read) == {"Output": "hello"}
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
        several = artifacts_of(written)["Output"]
        assert len(several) == 4
        added = attempts.run(component_container(source, "add"), artifacts={"values": several}, outputs=["Output"])
        assert values_of(added) == {"Output": 6}

    def test_an_artifact_that_is_missing_is_an_error_of_the_user(self, attempts: Attempts) -> None:
        source = "from penstock.data import Text\ndef task(text: Text) -> None: ...\n"
        made = attempts.run(
            "from penstock.data import Text\ndef task() -> Text:\n    return Text('x')\n", saved=["Output"]
        )
        (text,) = artifacts_of(made)["Output"]
        gone = msgspec.structs.replace(text, uri=text.uri + ".gone")
        failure = failure_of(attempts.run(source, artifacts={"text": [gone]}))
        assert (failure.kind, failure.code) == ("user", "ART002")

    def test_a_value_that_cannot_be_stored_is_named_with_its_output(self, attempts: Attempts) -> None:
        source = """
            from pathlib import Path
            def task() -> Path:
                return Path("/no/such/file")
        """
        failure = failure_of(attempts.run(source, saved=["Output"]))
        assert failure.code.startswith("DAT")
        assert "'Output'" in failure.message

    # --- failures -----------------------------------------------------------------------------------------

    def test_an_exception_comes_back_with_the_authors_traceback_alone(self, attempts: Attempts) -> None:
        source = "import features\ndef task() -> None:\n    features.clean({})\n"
        files = {"features.py": "def clean(row: dict) -> None:\n    row['fare']\n"}
        failure = failure_of(attempts.run(component_container(source, files=files)))
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
        failure = failure_of(attempts.run("import no_such_thing\ndef task() -> None: ...\n"))
        assert (failure.kind, failure.code) == ("task", "LAU003")
        assert "no_such_thing" in failure.message
        assert "no_such_thing" in failure.hint
        assert '  File "pipeline.py", line 1' in failure.traceback

    def test_a_component_that_is_not_in_its_module_is_named(self, attempts: Attempts) -> None:
        failure = failure_of(attempts.run(component_container("x = 1\n", "train")))
        assert (failure.kind, failure.code) == ("user", "LAU004")
        assert "'train'" in failure.message

    def test_leaving_by_sys_exit_is_a_failure(self, attempts: Attempts) -> None:
        failure = failure_of(attempts.run("import sys\ndef task() -> None:\n    sys.exit(3)\n"))
        assert (failure.kind, failure.code) == ("task", "LAU002")
        assert "sys.exit(3)" in failure.message

    def test_a_result_of_the_wrong_type_is_an_error_of_the_user(self, attempts: Attempts) -> None:
        failure = failure_of(attempts.run("def task() -> int:\n    return 'seven'\n", outputs=["Output"]))
        assert (failure.kind, failure.code) == ("user", "DAT002")
        assert "'Output'" in failure.message

    def test_a_missing_argument_is_an_error_of_the_user(self, attempts: Attempts) -> None:
        failure = failure_of(attempts.run(ADD, outputs=["Output"]))
        assert (failure.kind, failure.code) == ("user", "LAU009")
        assert "'a'" in failure.message

    def test_endless_recursion_is_said_to_be_that(self, attempts: Attempts) -> None:
        source = "def again() -> None:\n    again()\ndef task() -> None:\n    again()\n"
        failure = failure_of(attempts.run(source))
        assert (failure.kind, failure.code) == ("task", "LAU007")
        assert "more times" in failure.traceback

    def test_a_damaged_code_package_is_an_error_of_the_user(self, attempts: Attempts) -> None:
        container = component_container("def task() -> None: ...\n")
        args = list(container.args)
        args[args.index("--package") + 1] = "bm8gemlw"
        damaged = ContainerSpec(image=container.image, command=container.command, args=args)
        failure = failure_of(attempts.run(damaged))
        assert (failure.kind, failure.code) == ("user", "LAU008")

    def test_a_container_of_another_kind_is_refused_beforehand_and_when_started(
        self, executor: Executor, attempts: Attempts
    ) -> None:
        container = ContainerSpec(image="alpine", command=["echo", "hello"])
        refusal = executor.refuse(container)
        assert refusal is not None
        assert refusal.kind == "user"
        assert failure_of(attempts.run(container)).code == refusal.code
        assert executor.refuse(component_container(ADD)) is None

    def test_cancelling_what_is_not_there_does_nothing(self, executor: Executor) -> None:
        executor.cancel(AttemptKey(RunId("no"), TaskPath("such"), 1))
        executor.cancel(AttemptKey(RunId("no"), TaskPath("such"), 1), force=True)
