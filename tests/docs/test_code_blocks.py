"""The documentation is true: every block of Python and every command in it runs, and prints what is shown."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.code_blocks import Reader, blocks, first_missing

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    page
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if next(blocks(page), None) is not None
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty project: the working directory, whose modules can be imported as in a script that lies there."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "docs"\nversion = "1"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("PENSTOCK_HOME", raising=False)
    importlib.invalidate_caches()
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_reader_who_follows_the_page_gets_what_it_says(page: Path, project: Path) -> None:
    reader = Reader(page, project)
    for block in blocks(page):
        reader.follow(block)


def test_lines_that_are_shown_must_be_printed_in_that_order() -> None:
    printed = "a   1 s\nb 22 s\nc\n"
    assert first_missing("a …\n…\nc\n", printed) is None
    assert first_missing("c\nb …\n", printed) == "b …"
    assert first_missing("b …2 h\n", printed) == "b …2 h"
