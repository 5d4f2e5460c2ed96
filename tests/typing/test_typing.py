"""Type checkers see in author code what the compiler would refuse, and accept what it accepts."""

import re
from pathlib import Path

import pytest
from mypy import api

FOLDER = Path(__file__).parent
ERROR = re.compile(r"^(?:.*[/\\])?(?P<file>\w+\.py):(?P<line>\d+): error: (?P<text>.*)  \[(?P<code>[\w-]+)\]$")


@pytest.fixture(scope="module")
def reported() -> dict[str, list[tuple[int, str]]]:
    """What mypy says, by file; it is run once."""
    report, complaint, _ = api.run(
        [
            *("--strict", "--python-version=3.11", "--config-file=", "--no-error-summary", "--follow-imports=silent"),
            f"--cache-dir={FOLDER / '.mypy_cache'}",
            *(str(FOLDER / name) for name in ("right.py", "wrong.py")),
        ]
    )
    assert complaint == ""
    found: dict[str, list[tuple[int, str]]] = {"right.py": [], "wrong.py": []}
    for line in report.splitlines():
        match = ERROR.match(line)
        if match is not None:
            found[match["file"]].append((int(match["line"]), match["code"]))
    return found


def test_right_code_is_accepted(reported: dict[str, list[tuple[int, str]]]) -> None:
    assert reported["right.py"] == []


def test_each_mistake_is_refused_at_its_line(reported: dict[str, list[tuple[int, str]]]) -> None:
    lines = (FOLDER / "wrong.py").read_text(encoding="utf-8").splitlines()
    expected = [
        (number, code)
        for number, line in enumerate(lines, 1)
        for code in line.partition("# E: ")[2].split(", ")
        if code
    ]
    assert sorted(reported["wrong.py"]) == expected
