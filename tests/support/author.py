"""An author's project in a temporary folder, compiled in this process; nothing of it stays behind."""

import base64
import io
import sys
import textwrap
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from penstock.compiler import Compilation, compile_pipeline, find_target
from penstock.ir.manifest import ComponentManifest, read_manifest, read_package
from penstock.ir.spec import ContainerSpec, PipelineSpec


class Author:
    """Writes files and compiles them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("pyproject.toml", "[project]\nname = 'author'\nversion = '1'\n")

    def write(self, name: str, text: str) -> Path:
        """Write a file; the text may be indented."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def compile(self, target: str = "pipeline.py", **files: str) -> "Compiled":
        """Compile what lies there, after writing `files` (names without `.py`)."""
        for name, text in files.items():
            self.write(f"{name}.py", text)
        with fresh_imports():
            found = find_target(target, self.folder)
            return Compiled(compile_pipeline(found.pipeline, project_root=found.root))


class Compiled:
    """A compiled pipeline, and shortcuts to its parts."""

    def __init__(self, compilation: Compilation) -> None:
        self.compilation = compilation
        self.spec: PipelineSpec = compilation.document.pipeline

    def container(self, name: str) -> ContainerSpec:
        container = self.spec.deployment_spec.executors[f"exec-{name}"].container
        assert container is not None
        return container

    def manifest(self, name: str) -> ComponentManifest:
        manifest = read_manifest(self.container(name))
        assert manifest is not None
        return manifest

    def code(self, name: str) -> dict[str, str]:
        return self.manifest(name).code

    def package(self, name: str) -> str:
        return read_package(self.container(name)) or ""

    def codes(self) -> dict[str, dict[str, str]]:
        """The code of every component, by its name."""
        executors = self.spec.deployment_spec.executors
        return {name.removeprefix("exec-"): self.code(name.removeprefix("exec-")) for name in executors}


_PIPELINE = """
    {imports}

    from penstock.dsl import component, pipeline


    @component
    def first(x: int) -> int:
        return {first}


    @component
    def second(x: int) -> int:
        return {second}


    @pipeline
    def main(x: int = 1):
        second(first(x))
"""


def wire(author: Author, imports: str = "", first: str = "x", second: str = "x") -> None:
    """A pipeline of two components that return what these expressions give."""
    author.write("pipeline.py", _PIPELINE.format(imports=imports, first=first, second=second))


def changed(author: Author, name: str, old: str, new: str) -> set[str]:
    """The components whose code is another after `old` became `new` in the file `name`."""
    before = author.compile().codes()
    text = (author.folder / name).read_text()
    assert text.count(old) == 1
    (author.folder / name).write_text(text.replace(old, new))
    after = author.compile().codes()
    return {component for component in before if before[component] != after[component]}


def unpacked(package: str) -> dict[str, bytes]:
    """The files of a code package, by name."""
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(package))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@contextmanager
def fresh_imports() -> Iterator[None]:
    """Forget afterwards what was imported and what was put on the search path."""
    modules, path = set(sys.modules), list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = path
        for name in [name for name in sys.modules if name not in modules and _is_temporary(sys.modules[name])]:
            del sys.modules[name]


def _is_temporary(module: Any) -> bool:
    file = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", [])), "")
    return "site-packages" not in str(file) and "penstock" not in module.__name__ and bool(file)
