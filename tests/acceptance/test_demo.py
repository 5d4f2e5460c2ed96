"""`make demo` does what it says, on real data, and leaves the checkout as it was."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def sections(scratch: Path) -> list[str]:
    """What the demo printed, from one heading to the next."""
    before = contents(ROOT / "examples")
    environment = {**os.environ, "TMPDIR": str(scratch), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        [ROOT / "scripts/demo"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert contents(ROOT / "examples") == before
    return re.split(r"^\x1b\[1m(?=\d\. |Look)", done.stdout, flags=re.MULTILINE)[1:]


def test_at_first_every_task_runs(sections: list[str]) -> None:
    assert "  8 ran\n" in sections[0]


def test_again_every_task_comes_from_the_cache_with_the_same_result(sections: list[str]) -> None:
    assert "  8 cached\n" in sections[1]
    assert metrics(sections[1]) == metrics(sections[0])


def test_after_a_changed_line_only_what_depends_on_it_runs(sections: list[str]) -> None:
    assert "  5 ran · 3 cached\n" in sections[2]
    assert "≡ label " in sections[2]
    assert "code of features.py:clean changed" in sections[2]
    assert metrics(sections[2]) != metrics(sections[0])


def test_the_model_is_traced_to_the_code_the_parameters_and_the_file(sections: list[str]) -> None:
    lineage = sections[3]
    for fact in ("features.py:clean", "learning_rate=0.05", "pipeline.py:load", "File"):
        assert fact in lineage


def test_the_compiled_document_gives_the_same_result(sections: list[str]) -> None:
    assert "  8 cached\n" in sections[4]
    assert metrics(sections[4]) == metrics(sections[2])


def test_the_report_is_one_page_with_the_figures_in_it(sections: list[str], scratch: Path) -> None:
    (report,) = scratch.glob("*/report.html")
    page = report.read_text(encoding="utf-8")
    assert str(report) in sections[8]
    for fact in ("confusion_matrix", "roc_curve", "accuracy_of_always_yes", "drop-outliers"):
        assert fact in page
    assert not re.search(r'(?:src|href)="https?://', page)


def test_the_first_model_is_the_champion(sections: list[str]) -> None:
    assert '  version   "taxi/1"' in sections[5]
    assert "  promoted  true" in sections[5]
    assert "taxi has no champion yet" in sections[7]


def test_a_worse_model_is_refused_and_kept_and_the_run_goes_on(sections: list[str]) -> None:
    assert "✓ SUCCEEDED  release" in sections[6]
    assert "  promoted  false" in sections[6]
    assert re.search(r"taxi/2 .*REFUSED", sections[6])
    assert "not better at a significance of 0.05: log_loss" in sections[6]


def test_a_better_model_is_promoted_and_the_log_says_why(sections: list[str]) -> None:
    assert "  promoted  true" in sections[7]
    newest, oldest = [line.split() for line in sections[7].splitlines() if "@champion  promoted" in line]
    assert (newest[4:6], oldest[4:6]) == (["3", "1"], ["1", "none"])
    assert re.search(r"better: log_loss 0\.\d+ against 0\.\d+ of the champion, taxi/1 \(p = ", sections[7])


def metrics(section: str) -> list[str]:
    """The lines of the table of metrics that the first run in a section printed."""
    return section.partition("\nmetrics\n")[2].splitlines()[:5]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below `folder` that is not Python's own."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
