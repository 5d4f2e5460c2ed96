"""Each mistake that an author can make, with what is said of it.

In the files, `# CMP012` marks the lines where a diagnostic must be, once for each.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from penstock.compiler import CompilationFailed, compile_pipeline, find_target
from penstock.dsl.diagnostics import Code
from support.author import fresh_imports
from support.goldens import assert_golden

FOLDER = Path(__file__).parent / "mistakes"
FILES = sorted(FOLDER.glob("*.py"))
REPOSITORY = Path(__file__).parents[3]
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def mistakes(file: Path) -> CompilationFailed:
    with fresh_imports():
        found = find_target(f"{file.name}:{file.stem}", file.parent)
        with pytest.raises(CompilationFailed) as failed:
            compile_pipeline(found.pipeline, project_root=file.parent)
    failed.value.folder = file.parent
    return failed.value


@each_file
def test_every_mistake_is_found_at_its_line_and_nothing_else(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    marked = Counter(
        (number, code)
        for number, line in enumerate(lines, 1)
        for code in re.findall(r"CMP\d{3}", line.partition("# ")[2])
    )
    reported = Counter((one.place.line, str(one.code)) for one in mistakes(file).diagnostics)
    assert sorted(reported.elements()) == sorted(marked.elements())


@each_file
def test_each_is_said_with_place_code_and_hint(file: Path) -> None:
    assert_golden(file.with_suffix(".txt"), f"{mistakes(file)}\n")


def test_every_code_has_a_page_and_an_example_here_or_in_a_test() -> None:
    shown = "".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.txt"))
    tests = [*(REPOSITORY / "tests/unit/compiler").glob("*.py"), *(REPOSITORY / "tests/unit/dsl").glob("*.py")]
    tested = "".join(file.read_text(encoding="utf-8") for file in tests)
    for code in Code:
        assert f"error[{code}]" in shown or str(code) in tested, f"nothing shows {code}"
        assert (REPOSITORY / "docs" / "errors" / f"{code}.md").is_file(), f"{code} has no page"
