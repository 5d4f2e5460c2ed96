"""Models as artifacts: packages. Imports nothing until one is stored or loaded."""

# ruff: noqa: ARG002 - the interface has the arguments

from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.naming import type_name

if TYPE_CHECKING:
    from penstock.models.model import Model
    from penstock.models.package import Package

_MOST_NAMES = 500
_MIXINS = ("Classifier", "Regressor", "Transformer", "Cluster", "Outlier", "Bicluster", "Density", "MetaEstimator")


class Estimator(Converter[Any]):
    """Fitted models as they are: any class below `sklearn.base.BaseEstimator`, boosters, modules of PyTorch.

    As an annotation also scikit-learn's mixins, such as `ClassifierMixin`.
    """

    type_names = (
        "sklearn.base.BaseEstimator",
        *(f"sklearn.base.{name}Mixin" for name in _MIXINS),
        "lightgbm.basic.Booster",
        "xgboost.core.Booster",
        "torch.nn.modules.module.Module",
    )
    kind = "model"
    schema_title = "system.Model"
    imports = ("sklearn.base", "skops.io", "yaml")

    def save(self, value: Any, target: Path) -> dict[str, Json]:
        """Write the package; raw rows are looked for among the tables that the component was given."""
        from penstock.models.building import build_from_task

        return facts_of(build_from_task(value, target), value)

    def load(self, source: Path, annotation: type[Any], metadata: dict[str, Json]) -> Any:
        """The original, if all types in it are trusted."""
        from penstock.models.model import Model

        return Model.load(source).original()


class ModelPackage(Converter["Model"]):
    """`penstock.Model`: the same folder, with all that is in it."""

    type_names = ("penstock.models.model.Model",)
    kind = "model"
    schema_title = "system.Model"
    imports = ("sklearn.base", "skops.io", "yaml")

    def save(self, value: "Model", target: Path) -> dict[str, Json]:
        """Write the package."""
        value.save(target)
        return facts_of(value.package, None)

    def load(self, source: Path, annotation: "type[Model]", metadata: dict[str, Json]) -> "Model":
        """Open it; nothing of it is executed."""
        from penstock.models.model import Model

        return Model.load(source)


def facts_of(package: "Package", value: Any) -> dict[str, Json]:
    """What is worth knowing of a package without opening it."""
    module, _, name = package.class_.rpartition(".")
    facts: dict[str, Json] = {"format": "mlflow", "class": f"{module.partition('.')[0]}.{name}", "task": package.task}
    if value is not None:
        facts["class"] = type_name(type(value))
    names = [column.name for column in package.signature.inputs]
    if not names and value is not None:
        from penstock.models.estimators import raw_names, width_of

        names = raw_names(value) or []
        width = width_of(value)
        if width is not None:
            facts["features"] = width
    if names:
        facts["features"] = len(names)
        facts["feature_names"] = list(names[:_MOST_NAMES])
    if package.target:
        facts["target"] = package.target
    facts["flavour"] = package.flavour
    facts["runtime"] = package.runtime
    return facts


CONVERTERS: list[Converter[Any]] = [ModelPackage(), Estimator()]
