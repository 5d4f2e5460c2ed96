"""The lists in the documentation name what there is: no more, no less."""

import importlib
import importlib.util
import pkgutil
import subprocess
import sys
from pathlib import Path

import penstock
from penstock.core.errors import InfraError, PenstockError, TaskError, UserError

ROOT = Path(__file__).resolve().parents[2]
KINDS = (PenstockError, UserError, TaskError, InfraError)


def test_the_lists_of_errors_and_decisions_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/index_docs.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_error_has_a_code_of_its_own() -> None:
    by_code: dict[str, set[type[PenstockError]]] = {}
    for error in errors():
        assert error.code, f"{error.__qualname__} has no code"
        by_code.setdefault(error.code, set()).add(error)
    assert {code: found for code, found in by_code.items() if len(found) > 1} == {}


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    pages = {page.stem for page in (ROOT / "docs/errors").glob("[A-Z]*.md")}
    assert pages == {error.code for error in errors()}


def errors() -> set[type[PenstockError]]:
    """Every concrete error of Penstock: all of its modules are imported, then the tree is walked."""
    for module in pkgutil.walk_packages(penstock.__path__, "penstock."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    ours = {error for error in PenstockError.tree() if error.__module__.startswith("penstock.")}
    return ours - set(KINDS)
