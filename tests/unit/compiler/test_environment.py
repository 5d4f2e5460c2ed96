"""Which installed packages code comes from, in which versions."""

import sys
from importlib import metadata

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
