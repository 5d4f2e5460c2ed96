"""Which installed packages code comes from, in which versions."""

import shutil
import sys
from importlib import metadata
from pathlib import Path

import pytest

from penstock.compiler.code.distributions import canonical, distributions_of, environment_of, version_of

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def test_a_module_leads_to_its_distribution_whatever_that_is_called() -> None:
    assert distributions_of("yaml") == ("pyyaml",)
    assert distributions_of("sklearn") == ("scikit-learn",)
    assert distributions_of("polars") == ("polars",)


def test_python_itself_and_penstock_are_no_distributions() -> None:
    assert distributions_of("json") == ()
    assert distributions_of("penstock") == ()
    assert distributions_of("surely_not_installed_anywhere") == ()
    assert environment_of(["json", "os.path", "penstock.data"]) == {"python": PYTHON}


def test_what_a_package_requires_counts_as_well() -> None:
    found = environment_of(["sklearn.ensemble"])
    assert found["scikit-learn"] == metadata.version("scikit-learn")
    assert {"numpy", "scipy", "joblib", "threadpoolctl"} <= set(found)
    assert "pytest" not in found, "extras are not required"


def test_names_are_compared_as_indexes_do() -> None:
    assert canonical("Zope.Interface_x") == "zope-interface-x"
    assert version_of("surely-not-installed-anywhere") is None


def install(site: Path, version: str, requires: str = "") -> None:
    for old in site.glob("wordlib-*"):
        shutil.rmtree(old)
    info = site / f"wordlib-{version}.dist-info"
    info.mkdir(parents=True)
    required = f"Requires-Dist: {requires}\n" if requires else ""
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: wordlib\nVersion: {version}\n{required}")
    (info / "RECORD").write_text(f"wordlib.py,,\n{info.name}/METADATA,,\n")
    (site / "wordlib.py").write_text("")


def test_what_is_installed_while_a_notebook_runs_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    assert environment_of(["wordlib"]) == {"python": PYTHON}
    install(site, "1.0")
    assert environment_of(["wordlib"]) == {"python": PYTHON, "wordlib": "1.0"}
    install(site, "1.1", requires="pyyaml")
    assert environment_of(["wordlib"]) == {
        "python": PYTHON,
        "wordlib": "1.1",
        "pyyaml": metadata.version("pyyaml"),
    }
    asked = distributions_of.cache_info().hits
    environment_of(["wordlib"])
    assert distributions_of.cache_info().hits == asked + 1, "and while nothing is installed, it is not asked again"
