"""Components that were defined in a notebook or at a prompt: what they use travels, and nothing else."""

import linecache
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from penstock.compiler import CompilationFailed, compile_pipeline
from penstock.dsl import Pipeline
from support.author import Author, Compiled, unpacked

START = """
from penstock.dsl import component, pipeline
import json
from collections import OrderedDict as Ordered
"""


class Notebook:
    """Runs cells as Jupyter does: one namespace, and a source for each cell that is no file."""

    def __init__(self) -> None:
        self.module = ModuleType("__main__")
        self.history = [""]
        self.module.__dict__.update(In=self.history, get_ipython=lambda: self)

    def transform_cell(self, cell: str) -> str:
        """As IPython: lines for the shell become Python."""
        return re.sub(r"^%(.*)$", r"get_ipython().run_line_magic(\1)", cell, flags=re.MULTILINE)

    def run(self, cell: str) -> None:
        self.history.append(cell)
        name = f"<cell {len(self.history)}>"
        cell = self.transform_cell(cell)
        linecache.cache[name] = (len(cell), None, cell.splitlines(keepends=True), name)
        exec(compile(cell, name, "exec"), self.module.__dict__)

    def compile(self, folder: Path, name: str = "main") -> Compiled:
        pipeline: Pipeline[Any, Any] = getattr(self.module, name)
        return Compiled(compile_pipeline(pipeline, project_root=folder))


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


def source(compiled: Compiled, name: str) -> str:
    return unpacked(compiled.package(name))["notebook_cells.py"].decode()


PIPELINE = "@pipeline\ndef main(x: int = 1):\n    run(x)\n"


def test_a_component_travels_with_what_it_uses(author: Author, notebook: Notebook) -> None:
    notebook.run(START)
    notebook.run("FACTOR = 3\nunused = object()\n")
    notebook.run("class Base:\n    def apply(self, x):\n        return scale(x)\n\nclass Step(Base):\n    pass\n")
    notebook.run("def scale(x):\n    return FACTOR * x\n\ndef other():\n    return 1\n")
    notebook.run("@component\ndef run(x: int) -> str:\n    return json.dumps(Ordered(x=Step().apply(x)))\n")
    notebook.run(PIPELINE)
    compiled = notebook.compile(author.folder)
    assert compiled.manifest("run").module == "notebook_cells"
    assert set(compiled.code("run")) == {
        f"notebook_cells:{name}" for name in ("run", "Step", "Base", "scale", "FACTOR")
    }
    text = source(compiled, "run")
    assert "other" not in text
    assert "unused" not in text
    (author.folder / "notebook_cells.py").write_text(text)
    code = "import notebook_cells; print(notebook_cells.run(2))"
    done = subprocess.run([sys.executable, "-c", code], cwd=author.folder, capture_output=True, text=True, check=True)
    assert done.stdout == '{"x": 6}\n'


def test_the_newest_definition_and_the_present_value_count(author: Author, notebook: Notebook) -> None:
    notebook.run(START)
    notebook.run("LIMITS = [1]\n\ndef scale(x):\n    return x\n")
    notebook.run("@component\ndef run(x: int) -> int:\n    return scale(x) + sum(LIMITS)\n")
    notebook.run(PIPELINE)
    before = notebook.compile(author.folder).code("run")
    notebook.run("LIMITS.append(2)\n")
    notebook.run("def scale(x):\n    return 2 * x\n")
    compiled = notebook.compile(author.folder)
    changed = {part for part, digest in compiled.code("run").items() if before[part] != digest}
    assert changed == {"notebook_cells:scale", "notebook_cells:LIMITS"}
    assert "LIMITS = [1, 2]" in source(compiled, "run")


def test_modules_of_the_project_travel_beside_the_notebook(author: Author, notebook: Notebook) -> None:
    author.write("features.py", "def clean(x):\n    return x\n")
    sys.path.insert(0, str(author.folder))
    notebook.run(START + "from features import clean\n")
    notebook.run("@component\ndef run(x: int) -> int:\n    return clean(x)\n")
    notebook.run(PIPELINE)
    compiled = notebook.compile(author.folder)
    assert set(unpacked(compiled.package("run"))) == {"features.py", "notebook_cells.py"}
    assert set(compiled.code("run")) == {"notebook_cells:run", "features.py:clean"}


def test_an_object_that_one_line_makes_is_made_again(author: Author, notebook: Notebook) -> None:
    notebook.run(START + "import re\nWORD = re.compile(r'a+')\n")
    notebook.run("@component\ndef run(x: int) -> int:\n    return len(WORD.findall('aab'))\n")
    notebook.run(PIPELINE)
    assert "WORD = re.compile(r'a+')" in source(notebook.compile(author.folder), "run")


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("import polars\nrows = polars.DataFrame({'a': [1]})\n", "it is a `polars.DataFrame` that the notebook made"),
        ("rows = []\nrows.append(object())\n", "it is a `list` that no single line of the notebook makes"),
        ("rows = object()\nrows = object()\n", "it is a `object` that no single line of the notebook makes"),
    ],
)
def test_a_value_that_cannot_travel_is_named(author: Author, notebook: Notebook, cell: str, why: str) -> None:
    notebook.run(START)
    notebook.run(cell.replace("rows = []\nrows.append", "rows = []\nrows = rows + [object()]\nrows.append"))
    notebook.run("@component\ndef run(x: int) -> int:\n    return len(rows)\n")
    notebook.run(PIPELINE)
    with pytest.raises(CompilationFailed) as failed:
        notebook.compile(author.folder)
    (diagnostic,) = failed.value.diagnostics
    assert diagnostic.code == "CMP062"
    assert diagnostic.message == f"component 'run' uses `rows`, which cannot travel: {why}"


def test_cells_that_are_files_of_their_own_do_as_well(author: Author) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(
        [START, "FACTOR = 3\n@component\ndef run(x: int) -> int:\n    return FACTOR * x\n", PIPELINE]
    ):
        path = author.write(f"cells/cell_{number}.txt", cell)
        exec(compile(cell, path, "exec"), namespace)
    compiled = Compiled(compile_pipeline(namespace["main"], project_root=author.folder))
    assert set(compiled.code("run")) == {"notebook_cells:run", "notebook_cells:FACTOR"}


def test_code_without_a_source_is_said(author: Author) -> None:
    module = ModuleType("__main__")
    exec(START + "@component\ndef run(x: int) -> int:\n    return x\n" + PIPELINE, module.__dict__)
    with pytest.raises(CompilationFailed, match="CMP061"):
        compile_pipeline(module.main, project_root=author.folder)


def test_a_script_that_runs_itself_travels_as_the_module_that_it_is(author: Author) -> None:
    author.write(
        "flow.py",
        """
        from pathlib import Path
        from penstock.compiler import compile_pipeline
        from penstock.dsl import component, pipeline
        from penstock.ir.manifest import read_manifest

        @component
        def run(x: int) -> int:
            return x

        @pipeline
        def main(x: int = 1):
            run(x)

        if __name__ == "__main__":
            document = compile_pipeline(main, project_root=Path.cwd()).document
            manifest = read_manifest(document.pipeline.deployment_spec.executors["exec-run"].container)
            print(manifest.module, manifest.function, list(manifest.code))
        """,
    )
    done = subprocess.run([sys.executable, "flow.py"], cwd=author.folder, capture_output=True, text=True, check=True)
    assert done.stdout == "flow run ['flow.py:run']\n"


def test_components_of_one_notebook_are_told_apart_by_what_each_uses(author: Author, notebook: Notebook) -> None:
    notebook.run(START)
    notebook.run("STEPS = []\n\ndef add(function):\n    STEPS.append(function)\n    return function\n")
    notebook.run("clean = add(lambda x: x + 1)\n")
    notebook.run("@component\ndef first(x: int) -> int:\n    return clean(x)\n")
    notebook.run("@component\ndef second(x: int) -> int:\n    return x\n")
    notebook.run("@pipeline\ndef main(x: int = 1):\n    second(first(x))\n")
    before = notebook.compile(author.folder).codes()
    assert "notebook_cells:clean" in before["first"]
    assert list(before["second"]) == ["notebook_cells:second"]
    notebook.run("def add(function):\n    STEPS.append(1)\n    return function\n")
    after = notebook.compile(author.folder).codes()
    assert {name for name in before if before[name] != after[name]} == {"first"}
