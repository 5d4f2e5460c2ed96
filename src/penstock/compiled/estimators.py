"""The estimator alone, converted by skl2onnx or onnxmltools: from a float32 matrix to labels and scores."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from penstock.compiled.emitters.registry import class_name
from penstock.compiled.graph import ML, OPSETS, CannotCompile
from penstock.compiled.thresholds import with_float32_thresholds

FEATURES = "features"
LINEAR = (
    *(
        f"sklearn.{name}"
        for name in ("ARDRegression", "BayesianRidge", "ElasticNetCV", "LassoCV", "LassoLars", "RidgeCV")
    ),
    *(f"sklearn.{name}" for name in ("Lars", "OrthogonalMatchingPursuit", "QuantileRegressor", "TheilSenRegressor")),
    *(f"sklearn.{name}" for name in ("GammaRegressor", "PoissonRegressor", "TweedieRegressor")),
)
"""Regressors that are a sum of weighted features, or the exponential of one; converted as `LinearRegression`."""
PREFIX = "estimator/"

ESTIMATORS = (
    "sklearn.LinearRegression",
    "sklearn.Ridge",
    "sklearn.Lasso",
    "sklearn.ElasticNet",
    "sklearn.HuberRegressor",
    "sklearn.LinearSVR",
    "sklearn.SGDRegressor",
    "sklearn.LogisticRegression",
    "sklearn.RidgeClassifier",
    "sklearn.SGDClassifier",
    "sklearn.LinearSVC",
    "sklearn.DecisionTreeClassifier",
    "sklearn.DecisionTreeRegressor",
    "sklearn.RandomForestClassifier",
    "sklearn.RandomForestRegressor",
    "sklearn.ExtraTreesClassifier",
    "sklearn.ExtraTreesRegressor",
    "sklearn.GradientBoostingClassifier",
    "sklearn.GradientBoostingRegressor",
    "sklearn.HistGradientBoostingClassifier",
    "sklearn.HistGradientBoostingRegressor",
    "sklearn.SVC",
    "sklearn.SVR",
    "sklearn.GaussianNB",
    "sklearn.MLPClassifier",
    "sklearn.MLPRegressor",
    "xgboost.XGBClassifier",
    "xgboost.XGBRegressor",
    "lightgbm.LGBMClassifier",
    "lightgbm.LGBMRegressor",
    *LINEAR,
)
"""What is handed to a converter. Whether the result is right is for the parity gate to say, of each model."""

_CONVERTING = RLock()
_READ_FLOAT64 = ("sklearn.HistGradientBoosting", "lightgbm.")
"""Estimators whose thresholds are learned on float64 if that is what they get."""


def convert_estimator(estimator: Any, width: int, *, float32: bool) -> tuple[Any, dict[str, str]]:
    """The ONNX model of a fitted estimator, its tensors prefixed, and which of its outputs is what.

    Args:
        estimator: Fitted.
        width: How many features it takes.
        float32: Whether it was trained on a float32 matrix.

    Returns:
        The model, and its `predictions` and `probabilities` or `scores`.

    Raises:
        CannotCompile: It is of no known class, uses what its converter is known to get wrong, or the converter failed.
    """
    name = class_name(estimator)
    if name not in ESTIMATORS:
        raise CannotCompile(f"there is no converter for the estimator `{name}`")
    if name.startswith(_READ_FLOAT64) and not float32:
        raise CannotCompile(
            f"`{name}` was trained on float64 features, and a graph hands it float32; put"
            " `penstock.compiled.to_float32()` right before it and fit again"
        )
    if getattr(estimator, "is_categorical_", None) is not None:
        raise CannotCompile(f"`{name}` splits on native categories, which its converter gets wrong; encode them before")
    return _converted(estimator, name, width)


def _converted(estimator: Any, name: str, width: int) -> tuple[Any, dict[str, str]]:
    from onnx import compose, helper
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType

    scores = "probabilities" if hasattr(estimator, "predict_proba") else "scores"
    classifier = hasattr(estimator, "classes_")
    options: dict[str, Any] = {"zipmap": False} if classifier and name != "sklearn.LinearSVC" else {}
    if name in {"sklearn.SGDClassifier", "sklearn.LinearSVC", "sklearn.SVC"} and scores == "scores":
        options["raw_scores"] = True
    try:
        _register_boosters(name)
        exponential = _is_exponential(estimator)
        estimator = _as_linear(estimator) if name in LINEAR else with_float32_thresholds(estimator, name)
        with _missing_as_numbers():
            model = convert_sklearn(
                estimator,
                initial_types=[(FEATURES, FloatTensorType([None, width]))],
                options={id(estimator): options} if options else None,
                target_opset={"": OPSETS[""], ML: 3},
            )
    except Exception as error:
        raise CannotCompile(f"the converter of `{name}` failed: {type(error).__name__}: {error}") from error
    outputs = [PREFIX + output.name for output in model.graph.output]
    meant = {"predictions": outputs[0]}
    if classifier:
        meant[scores] = outputs[1]
    model = compose.add_prefix(model, PREFIX)
    if exponential:
        model.graph.node.append(helper.make_node("Exp", [outputs[0]], [PREFIX + "exponential"]))
        meant["predictions"] = PREFIX + "exponential"
    return model, meant


@contextmanager
def _missing_as_numbers() -> Iterator[None]:
    """skl2onnx says of leaves `False` where ONNX wants a number, and protobuf takes it as one only before version 7."""
    from skl2onnx.common import tree_ensemble

    def add_node(*arguments: Any, nodes_missing_value_tracks_true: Any = 0, **options: Any) -> None:
        original(*arguments, nodes_missing_value_tracks_true=int(nodes_missing_value_tracks_true), **options)

    with _CONVERTING:
        original, tree_ensemble.add_node = tree_ensemble.add_node, add_node
        try:
            yield
        finally:
            tree_ensemble.add_node = original


def _as_linear(estimator: Any) -> Any:
    """A `LinearRegression` with the same coefficients."""
    import numpy as np
    from sklearn.linear_model import LinearRegression

    linear = LinearRegression()
    linear.coef_ = np.asarray(estimator.coef_, dtype=np.float64).ravel()
    linear.intercept_ = float(np.ravel(estimator.intercept_)[0]) if np.size(estimator.intercept_) else 0.0
    linear.n_features_in_ = len(linear.coef_)
    return linear


def _is_exponential(estimator: Any) -> bool:
    """Whether it is a generalized linear model whose link is the logarithm."""
    loss = getattr(estimator, "_base_loss", None)
    return type(getattr(loss, "link", None)).__name__ == "LogLink" and hasattr(estimator, "coef_")


def _register_boosters(name: str) -> None:
    """Teach skl2onnx the estimators whose converters are in onnxmltools."""
    library = name.partition(".")[0]
    if library == "sklearn":
        return
    from importlib import import_module

    from skl2onnx import update_registered_converter
    from skl2onnx.common.shape_calculator import (
        calculate_linear_classifier_output_shapes,
        calculate_linear_regressor_output_shapes,
    )

    short = {"xgboost": "XGB", "lightgbm": "LGBM"}[library]
    converters = import_module(
        f"onnxmltools.convert.{library}.operator_converters." + {"xgboost": "XGBoost", "lightgbm": "LightGbm"}[library]
    )
    convert = getattr(converters, f"convert_{library}")
    for kind, shapes, options in (
        ("Classifier", calculate_linear_classifier_output_shapes, {"nocl": [True, False], "zipmap": [True, False]}),
        ("Regressor", calculate_linear_regressor_output_shapes, {}),
    ):
        estimator = getattr(import_module(library), short + kind)
        update_registered_converter(
            estimator, f"Penstock{short}{kind}", shapes, convert, options=options or None, overwrite=True
        )
