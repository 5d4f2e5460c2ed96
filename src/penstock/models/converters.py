"""scikit-learn estimators, pipelines included, and what follows its ways (LightGBM, XGBoost): MLflow model folders.

Models are kept as skops files. A pickle is never written and never read.
"""

# ruff: noqa: ARG002 - the interface has the arguments

from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.errors import ConversionError
from penstock.data.naming import type_name
from penstock.models import mlmodel, skops_file

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

_MOST_NAMES = 500
_MIXINS = ("Classifier", "Regressor", "Transformer", "Cluster", "Outlier", "Bicluster", "Density", "MetaEstimator")


class Estimator(Converter["BaseEstimator"]):
    """Any class below `sklearn.base.BaseEstimator`; as an annotation also its mixins, such as `ClassifierMixin`."""

    type_names = ("sklearn.base.BaseEstimator", *(f"sklearn.base.{name}Mixin" for name in _MIXINS))
    kind = "model"
    schema_title = "system.Model"
    imports = ("sklearn.base", "skops.io", "yaml")

    def save(self, value: "BaseEstimator", target: Path) -> dict[str, Json]:
        """Write the model's folder."""
        target.mkdir()
        trusted = skops_file.dump(value, target / mlmodel.MODEL_FILE)
        mlmodel.write_description(target, value, trusted)
        facts: dict[str, Json] = {"format": "mlflow", "class": type_name(type(value))}
        features = getattr(value, "n_features_in_", None)
        if features is not None:
            facts["features"] = int(features)
        names = getattr(value, "feature_names_in_", None)
        if names is not None:
            facts["feature_names"] = [str(name) for name in names[:_MOST_NAMES]]
        return facts

    def load(self, source: Path, annotation: type["BaseEstimator"], metadata: dict[str, Json]) -> "BaseEstimator":
        """Read the model, if all types in it are trusted."""
        file = source / mlmodel.MODEL_FILE
        if not file.is_file():
            raise ConversionError(
                what=type_name(annotation),
                action="loaded",
                reason=f"there is no {mlmodel.MODEL_FILE} in it",
                advice="store the model by returning the estimator; pickles are not loaded",
            )
        model: BaseEstimator = skops_file.load(file)
        return model


CONVERTERS: list[Converter[Any]] = [Estimator()]
