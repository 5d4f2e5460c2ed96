"""A pipeline in a notebook, cell by cell, in a real kernel; and in a script."""

import json
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.stories import Author

KERNEL = """
import json, sys
import nbformat
from nbclient import NotebookClient

cells = [nbformat.v4.new_code_cell(text) for text in json.load(sys.stdin)]
notebook = nbformat.v4.new_notebook(cells=cells)
NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=True).execute()
json.dump([cell.outputs for cell in notebook.cells], sys.stdout)
"""

CELLS = {
    "imports": """
from dataclasses import dataclass
from pathlib import Path

import rules as r
from penstock import Markdown, Metrics, Text, component, pipeline
""",
    "helpers": """
FACTOR = 3

def scale(x):
    return x * FACTOR

@dataclass
class Box:
    size: int
""",
    "components": """
@component
def first(n: int) -> Text:
    return Text("x" * scale(n))

@component
def second(text: Text) -> Metrics:
    box = Box(len(text))
    print("second", box)
    return Metrics(size=r.twice(box.size))

@pipeline
def noted(n: int = 2) -> Metrics:
    return second(first(n))
""",
    "run": "run = noted.run()\nrun",
    "artifact": "run['first'].output",
    "values": "[run['first'].output.load(), run.metrics, run['second'].logs(), run.output.load(), run.record.source]",
    "again": "[task.state for task in noted.run().tasks.values()]",
    "changed": "def scale(x):\n    return x * FACTOR + 1",
    "rerun": "run = noted.run()\n[run.explain('first'), run.explain('second'), run.output.load()]",
    "constant": "FACTOR = 4\nnoted.run(n=1).output.load()",
    "mistakes": """
data = Text("data")

@component
def uses_data(n: int) -> int:
    return len(data)

@pipeline
def wrong() -> int:
    first(m=1)
    return uses_data(object())

wrong.run()
""",
    "failure": """
@component
def fails(n: int) -> int:
    return scale(n) // 0

@pipeline
def failing(n: int = 1) -> int:
    return fails(n)

run = failing.run()
print(run.state)
run.raise_for_state()
""",
    "inline": "noted.run(n=7, inline=True, cache=False)['second'].logs()",
    "function": "scale(1), second('four')",
}


@pytest.fixture(scope="module")
def author(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Author]:
    with Author(tmp_path_factory.mktemp("notebook"), rules="def twice(x):\n    return 2 * x\n") as author:
        author.write("kernel.py", KERNEL)
        yield author


def python(author: Author, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    """Python in the author's folder."""
    environment = os.environ | {"PENSTOCK_HOME": str(author.home), "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=author.folder,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def outputs(author: Author) -> dict[str, Any]:
    """Everything that each cell puts out."""
    done = python(author, "kernel.py", given=json.dumps(list(CELLS.values())))
    assert done.returncode == 0, done.stderr
    return dict(zip(CELLS, json.loads(done.stdout), strict=True))


@pytest.fixture(scope="module")
def shown(outputs: dict[str, Any]) -> dict[str, Any]:
    """What each cell shows: plain text, HTML, or an error; not what a run says while it goes."""
    return {cell: [one for one in found if one.get("name") != "stderr"] for cell, found in outputs.items()}


def test_a_run_says_how_it_goes(outputs: dict[str, Any]) -> None:
    said = "".join(one["text"] for one in outputs["run"] if one.get("name") == "stderr")
    assert [line.split()[:3] for line in said.splitlines()] == [
        ["✓", "first", "SUCCEEDED"],
        ["✓", "second", "SUCCEEDED"],
    ]


def value(shown: dict[str, Any], cell: str) -> str:
    (output,) = shown[cell]
    assert "data" in output, output
    return str(output["data"]["text/plain"])


def test_cells_with_helpers_and_imports_of_other_cells_run(shown: dict[str, Any]) -> None:
    assert shown["components"] == []
    text = re.sub(r"\s+", " ", value(shown, "values"))
    assert text == "['xxxxxx', {'second': {'size': 12}}, 'second Box(size=6)\\n', {'size': 12}, 'noted']"


def test_a_run_and_an_artifact_show_themselves(shown: dict[str, Any]) -> None:
    card = shown["run"][0]["data"]["text/html"]
    assert "SUCCEEDED" in card
    assert "noted" in card
    assert "first" in card
    assert "<script" not in card
    assert "xxxxxx" in shown["artifact"][0]["data"]["text/html"]


def test_cells_are_cached_and_a_changed_cell_is_named(shown: dict[str, Any]) -> None:
    assert value(shown, "again") == "['CACHED', 'CACHED']"
    rerun = value(shown, "rerun")
    assert "code of notebook_cells:scale changed" in rerun
    assert "input text changed" in rerun
    assert "{'size': 14}" in rerun
    assert value(shown, "constant") == "{'size': 10}"


def test_mistakes_are_all_shown_with_their_cell_and_nothing_of_penstock(shown: dict[str, Any]) -> None:
    (error,) = shown["mistakes"]
    text = "\n".join(error["traceback"])
    assert error["ename"] == "CompilationFailed"
    assert "In[11]:9: error[CMP010]: task 'first' takes no `m`" in text
    assert "CMP062" in text
    assert "`data`" in text
    assert "site-packages" not in text
    assert "penstock/" not in text


def test_a_failure_comes_with_the_authors_traceback_alone(shown: dict[str, Any]) -> None:
    printed, error = shown["failure"]
    assert printed["text"] == "FAILED\n"
    text = "\n".join(error["traceback"])
    assert "return scale(n) // 0" in text
    assert "ZeroDivisionError" in text
    assert "penstock/" not in text


def test_components_run_inline_and_stay_functions(shown: dict[str, Any]) -> None:
    assert any("Box(size=29)" in str(output) for output in shown["inline"])
    assert "(5, {'size': 8})" in str(shown["function"])


SCRIPT = """
import sys

import rules
from penstock import Metrics, component, pipeline

FACTOR = 3


def scale(x: int) -> int:
    return FACTOR * rules.twice(x)


@component
def measure(x: int) -> Metrics:
    return Metrics(size=scale(x))


@pipeline
def scripted(x: int = 1) -> Metrics:
    return measure(x)


def main() -> None:
    run = scripted.run(x=int(sys.argv[1]), name="by hand")
    print(run.state, run["measure"].state, run.output.load(), run.record.source)


if __name__ == "__main__":
    main()
"""


def test_a_script_runs_its_own_pipeline_and_shares_the_cache_with_the_command(author: Author) -> None:
    author.write("script.py", SCRIPT)
    assert python(author, "script.py", "2").stdout == "SUCCEEDED SUCCEEDED {'size': 12} script.py:scripted\n"
    assert python(author, "-m", "script", "2").stdout == "SUCCEEDED CACHED {'size': 12} script.py:scripted\n"
    assert author.run("script.py", "--param", "x=2")["measure"].state == "CACHED"
    assert "scripted: by hand" in author.says("runs", "list")


def test_a_script_that_runs_its_pipeline_unguarded_ends_and_says_how_to_guard_it(author: Author) -> None:
    text, guard, _ = SCRIPT.partition('if __name__ == "__main__":')
    assert guard
    author.write("unguarded.py", text + "print(scripted.run(x=4).error.hint)\n")
    done = python(author, "unguarded.py")
    assert done.stdout == 'put the lines that run it under `if __name__ == "__main__":`\n', done.stderr
    ended = author.penstock("run", "unguarded.py")
    assert ended.code == 2
    assert "error[CMP054]" in ended.err


def test_ctrl_c_ends_a_script_and_leaves_a_clean_record(author: Author) -> None:
    os.mkfifo(author.folder / "begun")
    text, _, _ = SCRIPT.partition('if __name__ == "__main__":')
    endless = text.replace(
        "return Metrics(",
        'open("begun", "w").close()\n    import threading\n    threading.Event().wait()\n    return Metrics(',
    )
    author.write("endless.py", endless + 'if __name__ == "__main__":\n    scripted.run()\n    print("went on")\n')
    process = subprocess.Popen(
        [sys.executable, "endless.py"],
        cwd=author.folder,
        env=os.environ | {"PENSTOCK_HOME": str(author.home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    begun = os.open(author.folder / "begun", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert select.select([begun], [], [], 30)[0]
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate(timeout=30)
    finally:
        os.close(begun)
        process.kill()
    assert printed == ""
    assert "KeyboardInterrupt: run " in said
    assert author.find("last").state == "CANCELED"


def test_an_interpreter_runs_an_imported_pipeline_from_another_folder(author: Author, tmp_path: Path) -> None:
    author.write("script.py", SCRIPT)
    code = f"import sys, os; sys.path.insert(0, {str(author.folder)!r}); os.chdir({str(tmp_path)!r})\n"
    code += "from script import scripted\nprint(scripted.run(x=5).output.load())"
    done = python(author, "-c", code)
    assert done.stdout == "{'size': 30}\n", done.stderr
