"""What a zygote imports, in which order, and once only."""

import sys

import pytest

from penstock.executors.process.imports import COMPANIONS, Imports, companions, own_modules


def test_what_a_job_waits_for_comes_first() -> None:
    imports = Imports(["a", "b"])
    imports.want(["c", "b"])
    imports.want(["d", "b"], first=True)
    assert list(imports.pending) == ["d", "b", "a", "c"]


def test_a_module_is_imported_once_and_a_failure_counts_as_tried() -> None:
    imports = Imports()
    imports.want(["colorsys", "no_such_module"])
    assert not imports.done(["colorsys"])
    assert imports.do_one() == ("colorsys", "")
    assert "colorsys" in sys.modules
    name, error = imports.do_one()
    assert (name, error) == ("no_such_module", "ModuleNotFoundError: No module named 'no_such_module'")
    assert imports.done(["colorsys", "no_such_module"])
    imports.want(["colorsys", "no_such_module"])
    assert not imports.pending


def test_penstocks_own_modules_exist_and_are_light() -> None:
    heavy = {"polars", "pandas", "numpy", "pyarrow", "sklearn"} - set(sys.modules)
    imports = Imports(own_modules())
    assert "penstock.data.converters.polars" in imports.pending
    while imports.pending:
        name, error = imports.do_one()
        assert not error, (name, error)
    assert not heavy & set(sys.modules)


def test_what_goes_with_a_library_comes_in_small_steps() -> None:
    assert companions("json") == []
    steps = companions("sklearn.ensemble")
    assert steps[-2:] == ["skops.io", "penstock.models.building"]
    assert "sklearn.linear_model" in steps
    assert not [step for step in steps if step.startswith("sklearn._") or "tests" in step]


def test_what_goes_with_a_library_is_imported_after_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMPANIONS, "colorsys", ("calendar", "json"))
    imports = Imports(["colorsys", "json"])
    imports.do_one()
    assert list(imports.pending) == ["json", "calendar"]
