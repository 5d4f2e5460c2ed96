"""The launcher as a command, as Kubeflow calls it in a container."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from penstock.testing.attempts import code_package

SOURCE = textwrap.dedent("""
    from typing import NamedTuple
    from penstock import Text, component
    class Result(NamedTuple):
        text: Text
        length: int
    @component
    def shout(text: Text, times: int = 1) -> Result:
        loud = text.upper() * times
        return Result(Text(loud), len(loud))
""")


def launch(
    folder: Path, source: str = SOURCE, manifest: dict[str, Any] | None = None
) -> "subprocess.CompletedProcess[str]":
    (folder / "given").write_text("hej 😀 ", encoding="utf-8")
    executor_input = {
        "inputs": {
            "parameterValues": {"times": 2},
            "artifacts": {"text": {"artifacts": [{"name": "text", "uri": str(folder / "given")}]}},
        },
        "outputs": {
            "parameters": {"length": {"outputFile": str(folder / "out" / "length")}},
            "artifacts": {"text": {"artifacts": [{"name": "text", "uri": str(folder / "out" / "text")}]}},
            "outputFile": str(folder / "out" / "executor_output.json"),
        },
    }
    arguments = {
        "--manifest": json.dumps(manifest or {"module": "pipeline", "function": "shout"}),
        "--package": code_package({"pipeline.py": source}),
        "--executor-input": json.dumps(executor_input),
    }
    command = [sys.executable, "-m", "penstock.launcher", *(part for pair in arguments.items() for part in pair)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def test_a_task_runs_and_writes_what_kubeflow_expects(tmp_path: Path) -> None:
    done = launch(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out" / "text").read_text(encoding="utf-8") == "HEJ 😀 HEJ 😀 "
    output = json.loads((tmp_path / "out" / "executor_output.json").read_text())
    assert output["parameterValues"] == {"length": 12}
    (text,) = output["artifacts"]["text"]["artifacts"]
    assert text["uri"] == str(tmp_path / "out" / "text")


def test_a_failure_is_told_with_the_authors_traceback_and_an_exit_code(tmp_path: Path) -> None:
    done = launch(tmp_path, SOURCE.replace("len(loud)", "1 / 0"))
    assert done.returncode == 1
    assert '  File "pipeline.py", line 10, in shout' in done.stderr
    assert done.stderr.endswith("ZeroDivisionError: division by zero [LAU001]\n")
    assert "penstock/launcher" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_what_is_wrong_with_the_order_is_told(tmp_path: Path) -> None:
    done = launch(tmp_path, manifest={"module": "pipeline"})
    assert done.returncode == 2
    assert "[LAU011]" in done.stderr
    assert "hint: compile the pipeline again" in done.stderr
