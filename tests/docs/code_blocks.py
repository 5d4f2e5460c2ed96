"""Reads the code blocks of a page, and runs them in order in a project folder, as a reader would.

- A block with `title="NAME"`, of any language, is written to the file NAME of the project.
- Any other `python` block is executed; the blocks of a page share one namespace, like the cells of a notebook. A
  pipeline that is defined in it must compile.
- In a `console` block, each line that starts with `$ ` is run by bash and must exit 0. The lines below it must be
  found in what it printed, in that order; `…` stands for anything. `<!-- exits: N -->` on the line before the block
  says that its last command exits with N.

Blocks of other languages are not code to run.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from penstock.compiler import compile_pipeline
from penstock.dsl import Pipeline

FENCE = re.compile(
    r"^(?:<!-- exits: (?P<exits>\d+) -->\n)?"
    r"(?P<indent> *)```(?P<language>\w+)(?P<options>[^\n]*)\n"
    r"(?P<body>.*?)"
    r"^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, kw_only=True)
class Block:
    """One fenced block."""

    language: str
    title: str
    body: str
    line: int
    exits: int


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page that are code to run."""
    text = page.read_text(encoding="utf-8")
    for fence in FENCE.finditer(text):
        title = re.search(r'title="([^"]+)"', fence["options"])
        if fence["language"] not in {"python", "console"} and not title:
            continue
        yield Block(
            language=fence["language"],
            title=title[1] if title else "",
            body=re.sub(f"^{fence['indent']}", "", fence["body"], flags=re.MULTILINE),
            line=text.count("\n", 0, fence.start("body")),
            exits=int(fence["exits"] or 0),
        )


class Reader:
    """Somebody who reads a page from top to bottom and does what it says, in `folder`."""

    def __init__(self, page: Path, folder: Path) -> None:
        self.page = page
        self.folder = folder
        self.notebook = ModuleType("__main__")

    def follow(self, block: Block) -> None:
        """Do what one block says; an assertion names the page's line when that fails."""
        if block.title:
            target = self.folder / block.title
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.body, encoding="utf-8")
        elif block.language == "python":
            self._execute(block)
        else:
            commands = re.split(r"^\$ ", block.body, flags=re.MULTILINE)[1:]
            for command in commands:
                self._run(command, block, exits=block.exits if command is commands[-1] else 0)

    def _execute(self, block: Block) -> None:
        cell = self.folder / f"cell_{block.line}.py"  # a real file, so that functions have a source
        cell.write_text(block.body, encoding="utf-8")
        self.notebook.__dict__["__file__"] = str(cell)
        exec(compile(block.body, cell, "exec"), self.notebook.__dict__)
        for thing in self.notebook.__dict__.values():
            if isinstance(thing, Pipeline) and thing.__module__ == self.notebook.__name__:
                compile_pipeline(thing, project_root=self.folder)

    def _run(self, text: str, block: Block, exits: int) -> None:
        command, _, shown = text.partition("\n")
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "120"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        place = f"{self.page.name}:{block.line}: $ {command}"
        assert done.returncode == exits, f"{place}\nexited with {done.returncode}, not {exits}:\n{done.stdout}"
        missing = first_missing(shown, done.stdout)
        assert missing is None, f"{place}\ndid not print, in its place: {missing!r}. It printed:\n{done.stdout}"


def first_missing(shown: str, printed: str) -> str | None:
    """The first line of `shown` that does not follow in `printed`; None if all do, in order."""
    lines = iter([" ".join(line.split()) for line in printed.splitlines()])
    for line in shown.splitlines():
        words = " ".join(line.split())
        if words in {"", "…"}:
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in words.split("…")))
        if not any(pattern.fullmatch(candidate) for candidate in lines):
            return line
    return None
