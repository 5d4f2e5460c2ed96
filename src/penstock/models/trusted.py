"""Which types may be made when a stored model is loaded.

A skops file says, as data, which types to make and with what in them. skops itself trusts a short list. This adds
what the estimators of scikit-learn, LightGBM and XGBoost are really made of, and no more. A name alone is not
enough: a file may also use it to *call* what it names (`numpy.testing` has a function that runs its argument), to
make an object that runs its state (`scipy.stats`), or one that deletes a folder when it is forgotten (`numpy.lib`).
So a rule allows a name only in the roles in which it does no harm, only from the modules that fitted estimators
need, and only if the name leads to what it says.

Everything else needs `penstock.data.trust`: a person says so.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module

from msgspec import Struct

from penstock.data.trusted import vouched_for

_MADE = frozenset({"ObjectNode", "TreeNode", "LossNode"})
"""Roles in which skops makes an empty object and gives it its state."""


class _Rule(Struct, frozen=True):
    roles: frozenset[str]
    names: tuple[str, ...]
    """Full names, or beginnings of names that end in a dot."""


_SKLEARN = """
_loss calibration cluster compose covariance cross_decomposition decomposition discriminant_analysis dummy ensemble
feature_extraction feature_selection frozen gaussian_process impute isotonic kernel_approximation kernel_ridge
linear_model manifold metrics mixture model_selection multiclass multioutput naive_bayes neighbors neural_network
pipeline preprocessing random_projection semi_supervised svm tree utils._metadata_requests
""".split()  # noqa: SIM905 - one name a line would fill a page

_RULES = (
    _Rule(_MADE, tuple(f"sklearn.{name}." for name in _SKLEARN)),
    _Rule(_MADE, ("scipy.interpolate.", "scipy.spatial.")),
    _Rule(_MADE, ("lightgbm.sklearn.", "lightgbm.basic.Booster", "xgboost.sklearn.", "xgboost.core.Booster")),
    _Rule(
        _MADE,
        (
            "penstock.features.crosses.FeatureCross",
            "penstock.features.dates.CyclicDateParts",
            "penstock.features.dates.DateParts",
            "penstock.features.hashing.CategoryHasher",
        ),
    ),
    _Rule(frozenset({"SparseMatrixNode"}), ("scipy.sparse.",)),
    _Rule(frozenset({"DTypeNode"}), ("numpy.dtype", "numpy.dtypes.")),
    _Rule(frozenset({"DictNode", "TypeNode"}), ("collections.OrderedDict",)),
    _Rule(frozenset({"DictNode"}), ("sklearn.utils._bunch.Bunch",)),
    _Rule(frozenset({"PartialNode"}), ("functools.partial",)),
    _Rule(
        frozenset({"FunctionNode"}),
        (
            "sklearn.cluster._kmeans.",
            "sklearn.feature_selection._",
            "sklearn.metrics._",
            "sklearn.preprocessing._",
            "sklearn.utils.validation.",
            "scipy.special.",
            "scipy._lib.array_api_compat.numpy._aliases.asarray",
            *(f"numpy.{name}" for name in ("max", "mean", "median", "min", "std", "sum", "var")),
        ),
    ),
)


def trusted_names(untrusted: Iterable[str], roles: Mapping[str, set[str]]) -> list[str]:
    """Those of `untrusted` that may be loaded after all.

    Args:
        untrusted: What skops does not trust by itself, by full name.
        roles: In which roles (skops' loaders) the file uses each name.
    """
    vouched = vouched_for()
    return sorted(name for name in untrusted if name in vouched or _allowed(name, roles.get(name, set())))


def _allowed(name: str, roles: set[str]) -> bool:
    if (
        ".tests." in name
        or not roles
        or not all(any(role in rule.roles and _covers(rule, name) for rule in _RULES) for role in roles)
    ):
        return False
    return name.startswith(("collections.", "functools.", "numpy.dtype")) or _is_what_it_says(name)


def _covers(rule: _Rule, name: str) -> bool:
    return any(name == known or (known[-1] in "._" and name.startswith(known)) for known in rule.names)


def _is_what_it_says(name: str) -> bool:
    """Whether the name leads to something of its own package, and not to what a module there has imported."""
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError):
        return False
    home = getattr(found, "__module__", None) or module
    return callable(found) and str(home).partition(".")[0] == name.partition(".")[0]
