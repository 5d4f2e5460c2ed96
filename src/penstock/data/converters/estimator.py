"""scikit-learn."""

from typing import Any

from penstock.data.converter import Converter


class Estimator(Converter[Any]):
    type_names = (
        "sklearn.base.BaseEstimator",
        "sklearn.base.ClassifierMixin",
        "sklearn.base.RegressorMixin",
        "sklearn.base.TransformerMixin",
        "sklearn.base.ClusterMixin",
        "sklearn.base.OutlierMixin",
        "sklearn.base.BiclusterMixin",
        "sklearn.base.DensityMixin",
        "sklearn.base.MetaEstimatorMixin",
    )
    kind = "model"
    schema_title = "system.Model"
    suffix = ""

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


CONVERTERS = [Estimator()]
