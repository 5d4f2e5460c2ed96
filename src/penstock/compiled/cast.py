"""The step that makes an estimator see in training what it will see in serving: float32."""

from typing import Any


def to_float32() -> Any:
    """A transformer that turns the matrix of features into float32; put it right before the estimator.

    A compiled graph hands float32 to the estimator. An estimator that learned its thresholds on float64 values decides
    differently about values that fall between two float32 numbers, so it must be trained on the same matrix. It is a
    plain `FunctionTransformer` of a scikit-learn function: a pipeline with it is saved by skops and loads where
    Penstock is not installed.

    Returns:
        An unfitted `sklearn.preprocessing.FunctionTransformer`.
    """
    from sklearn.preprocessing import FunctionTransformer
    from sklearn.utils.validation import check_array

    return FunctionTransformer(
        check_array,
        kw_args={
            "accept_sparse": True,
            "dtype": "float32",
            "ensure_all_finite": False,
            "ensure_min_samples": 0,
        },
        accept_sparse=True,
        feature_names_out="one-to-one",
        check_inverse=False,
    )


def is_float32_cast(function: Any, arguments: dict[str, Any]) -> bool:
    """Whether a function with these arguments is what `to_float32` makes."""
    named = f"{getattr(function, '__module__', '')}.{getattr(function, '__name__', '')}"
    return named == "sklearn.utils.validation.check_array" and arguments.get("dtype") == "float32"
