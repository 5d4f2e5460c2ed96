"""XGBoost and LightGBM in their own formats: data and no code."""

# ruff: noqa: ARG002 - the interface has the arguments

from pathlib import Path
from typing import Any, ClassVar

from penstock.data.naming import type_name
from penstock.models.errors import NotPackaged, UnreadablePackage
from penstock.models.flavours.flavour import Asked, Flavour, Written
from penstock.models.modules import version_of
from penstock.models.package import Package, checked

_XGBOOST_CLASSES = (*("XGBClassifier", "XGBRegressor", "XGBRanker", "XGBRFClassifier", "XGBRFRegressor", "XGBModel"),)
_KEPT = ("enable_categorical", "missing")
"""Parameters of the wrappers that predicting needs and XGBoost's own file does not have."""


class XGBoost(Flavour):
    """A `Booster`, or one of the wrappers in scikit-learn's ways, as `model.ubj`."""

    name = "xgboost"
    type_names: ClassVar[tuple[str, ...]] = ("xgboost.core.Booster", "xgboost.sklearn.XGBModel")
    needs: ClassVar[tuple[str, ...]] = ("xgboost", "numpy", "pandas", "scipy")
    _FILE = "model.ubj"

    def write(self, value: Any, folder: Path, *, example: Any, allow_pickle: bool) -> Written:
        """Write XGBoost's own file. A class of the author's is written as scikit-learn's are."""
        name = f"{type(value).__module__}.{type(value).__qualname__}"
        if name not in ("xgboost.core.Booster", *(f"xgboost.sklearn.{one}" for one in _XGBOOST_CLASSES)):
            from penstock.models.flavours.scikit import Scikit

            return Scikit().write(value, folder, example=example, allow_pickle=allow_pickle)
        try:
            value.save_model(folder / self._FILE)
        except Exception as error:  # XGBoost's own class, and sklearn's NotFittedError
            reason = f"XGBoost cannot write it: {str(error).partition(chr(10))[0]}"
            raise NotPackaged(what=type_name(type(value)), reason=reason, advice="fit it first") from error
        flavour = {
            "code": None,
            "data": self._FILE,
            "model_class": name,
            "model_format": "ubj",
            "xgb_version": version_of("xgboost") or version_of("xgboost-cpu"),
        }
        settings: dict[str, Any] = {}
        if hasattr(value, "get_params"):
            found = value.get_params()
            settings = {one: found[one] for one in _KEPT if isinstance(found.get(one), bool | int | float)}
            settings = {one: kept for one, kept in settings.items() if kept == kept}  # the usual `missing` is NaN
        modules = [name, *(["sklearn.base.BaseEstimator"] if name != "xgboost.core.Booster" else [])]
        loader = {"loader_module": "mlflow.xgboost", "data": self._FILE}
        return Written(flavours={"xgboost": flavour}, loader=loader, types=modules, settings=settings)

    def read(self, folder: Path, package: Package, *, trust: bool) -> Any:
        """Load XGBoost's own file."""
        import xgboost

        name = package.class_.rpartition(".")[2]
        if name not in ("Booster", *_XGBOOST_CLASSES):
            raise UnreadablePackage(place=str(folder), reason=f"XGBoost has no model of class {name!r}")
        model = getattr(xgboost, name, None) or xgboost.sklearn.XGBModel
        known = {one: package.settings[one] for one in _KEPT if one in package.settings}
        made = model(**known)
        file = checked(folder, package, package.file or self._FILE)
        try:
            made.load_model(file)
        except Exception as error:  # XGBoost's own class
            raise _unreadable(folder, file, error) from error
        return made

    def ask(self, value: Any) -> Asked:
        """A booster takes its own matrix; the wrappers take frames."""
        if hasattr(value, "get_params"):
            return Asked(predict=value.predict, predict_proba=getattr(value, "predict_proba", None))

        def predict(rows: Any) -> Any:
            import xgboost

            return value.predict(xgboost.DMatrix(rows, enable_categorical=True))

        return Asked(predict=predict)


class LightGBM(Flavour):
    """A `Booster` as LightGBM's own text. (Its wrappers have no file of their own: see `scikit`.)"""

    name = "lightgbm"
    type_names: ClassVar[tuple[str, ...]] = ("lightgbm.basic.Booster",)
    needs: ClassVar[tuple[str, ...]] = ("lightgbm", "numpy", "pandas", "scipy")
    _FILE = "model.lgb"

    def write(self, value: Any, folder: Path, *, example: Any, allow_pickle: bool) -> Written:
        """Write LightGBM's own text."""
        try:
            value.save_model(folder / self._FILE)
        except Exception as error:  # LightGBM's own class
            reason = f"LightGBM cannot write it: {error}"
            raise NotPackaged(what=type_name(type(value)), reason=reason, advice="train it first") from error
        flavour = {
            "code": None,
            "data": self._FILE,
            "lgb_version": version_of("lightgbm"),
            "model_class": "lightgbm.basic.Booster",
            "serialization_format": None,
            "skops_trusted_types": None,
        }
        loader = {"loader_module": "mlflow.lightgbm", "data": self._FILE}
        return Written(flavours={"lightgbm": flavour}, loader=loader, types=["lightgbm.basic.Booster"])

    def read(self, folder: Path, package: Package, *, trust: bool) -> Any:
        """Load LightGBM's own text."""
        import lightgbm

        file = checked(folder, package, package.file or self._FILE)
        try:
            return lightgbm.Booster(model_file=file)
        except Exception as error:  # LightGBM's own class
            raise _unreadable(folder, file, error) from error

    def ask(self, value: Any) -> Asked:
        """As it stands."""
        return Asked(predict=value.predict)


def _unreadable(folder: Path, file: Path, error: Exception) -> UnreadablePackage:
    reason = f"'{file.name}' is no model: {str(error).strip().partition(chr(10))[0]}"
    return UnreadablePackage(place=str(folder), reason=reason)
