"""The code that travels: enough to import the component anywhere, and always the same bytes."""

import subprocess
import sys
from pathlib import Path

from support.author import Author, unpacked

PROJECT = {
    "shop/__init__.py": "from .steps import double\n",
    "shop/steps.py": "import shop.deep.numbers as numbers\n\ndef double(x):\n    return numbers.TWO * x\n",
    "shop/deep/numbers.py": "TWO = 2\n",
    "shop/unused.py": "raise RuntimeError\n",
    "lazy.py": "def negative(x):\n    return -x\n",
    "data.txt": "not code",
    "pipeline.py": """
        from penstock.dsl import component, pipeline
        import shop

        @component
        def run(x: int) -> int:
            from lazy import negative
            return negative(shop.double(x))

        @pipeline
        def main(x: int = 1):
            run(x)
    """,
}


def lay_out(author: Author) -> None:
    for name, text in PROJECT.items():
        author.write(name, text)


def test_the_package_holds_every_project_module_that_is_imported_anywhere(author: Author) -> None:
    lay_out(author)
    package = author.compile().package("run")
    assert list(unpacked(package)) == [
        "lazy.py",
        "pipeline.py",
        "shop/__init__.py",
        "shop/deep/numbers.py",
        "shop/steps.py",
    ]
    assert unpacked(package)["lazy.py"] == (author.folder / "lazy.py").read_bytes()


def test_the_component_runs_from_the_package_alone(author: Author, tmp_path: Path) -> None:
    lay_out(author)
    compiled = author.compile()
    folder = tmp_path / "elsewhere"
    for name, content in unpacked(compiled.package("run")).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    manifest = compiled.manifest("run")
    code = f"import {manifest.module} as module; print(module.{manifest.function}(21))"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == "-42\n"


def test_the_bytes_depend_on_nothing_but_the_sources(author: Author) -> None:
    lay_out(author)
    before = author.compile().package("run")
    for path in author.folder.rglob("*.py"):
        path.touch()
    author.write("shop/unused.py", "raise ValueError\n")
    assert author.compile().package("run") == before


def test_sources_keep_their_encoding(author: Author) -> None:
    lay_out(author)
    latin = "# -*- coding: latin-1 -*-\nNAME = 'café'\ndef negative(x):\n    return x\n".encode("latin-1")
    (author.folder / "lazy.py").write_bytes(latin)
    assert unpacked(author.compile().package("run"))["lazy.py"] == latin


def test_components_of_one_module_share_a_package_and_equal_tasks_share_a_component(author: Author) -> None:
    compiled = author.compile(
        pipeline="""
        from penstock.dsl import component, pipeline

        @component
        def first(x: int) -> int:
            return x

        @component
        def second(x: int) -> int:
            return x

        @pipeline
        def main(x: int = 1):
            first(second(first(x)))
            first.with_options(memory="1G")(x)
            first.with_options(retries=3, cache=False)(x)
        """
    )
    assert compiled.package("first") == compiled.package("second") == compiled.package("first-2")
    assert set(compiled.spec.components) == {"comp-first", "comp-first-2", "comp-second"}
    assert compiled.spec.root.dag is not None
    refs = {name: task.component_ref.name for name, task in compiled.spec.root.dag.tasks.items()}
    assert refs["first"] == refs["first-2"] == refs["first-4"] == "comp-first"
    assert refs["first-3"] == "comp-first-2"
