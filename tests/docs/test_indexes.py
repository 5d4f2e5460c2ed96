"""The lists in the documentation name what there is: no more, no less."""

import importlib
import importlib.util
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import penstock
from penstock.core.errors import InfraError, PenstockError, TaskError, UserError
from penstock.dsl import diagnostics
from penstock.ir import problems
from penstock.serving.refusals import Refused

ROOT = Path(__file__).resolve().parents[2]
NOT_HERE = ("__main__", "launcher.foreign.sdk")
"""Imported in workers only: the second has Kubeflow's SDK be less than it is, for the whole process."""
KINDS = (PenstockError, UserError, TaskError, InfraError, Refused)
"""What errors derive from, and is never raised itself."""


@pytest.mark.parametrize("script", ["index_docs.py", "reference_docs.py"])
def test_what_scripts_write_into_the_documentation_is_up_to_date(script: str) -> None:
    command = [sys.executable, ROOT / "scripts" / script, "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_code_means_one_kind_of_error() -> None:
    kinds: dict[str, set[object]] = {}
    for error in errors():
        assert error.code, f"{error.__qualname__} has no code"
        kinds.setdefault(error.code, set()).add((error.__module__, error.__bases__))
    assert {code: found for code, found in kinds.items() if len(found) > 1} == {}


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    pages = {page.stem for page in (ROOT / "docs/errors").glob("[A-Z]*.md")}
    raised = {str(error.code) for error in errors()}
    listed = {code.value for code in [*diagnostics.Code, *problems.Code]}
    assert sorted((raised | listed) - pages) == [], "codes without a page"
    assert sorted(pages - (raised | listed)) == [], "pages without a code"


def errors() -> set[type[PenstockError]]:
    """Every concrete error of Penstock: all of its modules are imported, then the tree is walked."""
    for module in pkgutil.walk_packages(penstock.__path__, "penstock."):
        if not module.name.startswith("penstock.testing") and not module.name.endswith(NOT_HERE):
            importlib.import_module(module.name)
    ours = {error for error in PenstockError.tree() if error.__module__.startswith("penstock.")}
    return ours - set(KINDS)
