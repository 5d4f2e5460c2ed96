"""What a fitted estimator says of itself: which raw columns it takes, what it answers, whether it is fitted."""

from typing import Any


def raw_names(estimator: Any) -> list[str] | None:
    """The names of the columns that it was fitted on; None if it knows none."""
    names = _attribute(estimator, "feature_names_in_")
    if names is None:
        names = _attribute(estimator, "feature_names")  # XGBoost's Booster
    if names is None and callable(ask := _attribute(estimator, "feature_name")):  # LightGBM's Booster
        names = ask()
    if names is None or callable(names):
        return None
    found = [str(name) for name in names]
    return found or None


def width_of(estimator: Any) -> int | None:
    """How many columns it was fitted on; None if it does not say."""
    width = _attribute(estimator, "n_features_in_")
    return int(width) if isinstance(width, int) or hasattr(width, "__index__") else None


def classes_of(estimator: Any) -> list[Any] | None:
    """The classes that a classifier tells apart, as plain values, in the order of its probabilities."""
    classes = _attribute(estimator, "classes_")
    if classes is None or not hasattr(classes, "tolist") or getattr(classes, "ndim", 1) != 1:
        return None
    return list(classes.tolist())


def task_of(estimator: Any) -> str:
    """`binary`, `multiclass`, `regression`, or `other`."""
    classes = classes_of(estimator)
    if classes is not None and _is(estimator, "classifier"):
        return "binary" if len(classes) <= 2 else "multiclass"
    return "regression" if _is(estimator, "regressor") else "other"


def is_fitted(estimator: Any) -> bool:
    """Whether it was fitted; what does not follow scikit-learn's ways counts as fitted."""
    if not hasattr(estimator, "__sklearn_tags__"):
        return True
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(estimator)
    except (NotFittedError, TypeError):
        return False
    return True


def _is(estimator: Any, kind: str) -> bool:
    if hasattr(estimator, "__sklearn_tags__"):
        try:
            return bool(estimator.__sklearn_tags__().estimator_type == kind)
        except Exception:  # noqa: BLE001 - an author's class may say it wrongly
            return False
    said = _attribute(estimator, "_estimator_type")
    return said == kind if said else kind == "classifier"


def _attribute(estimator: Any, name: str) -> Any:
    """An attribute, or None: some libraries raise errors of their own for what a model does not have."""
    try:
        return getattr(estimator, name, None)
    except Exception:  # noqa: BLE001 - XGBoost's and LightGBM's own classes
        return None
