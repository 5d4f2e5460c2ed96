"""scikit-learn and what follows its ways, and any other object with `predict`: skops files."""

from pathlib import Path
from typing import Any, ClassVar

from penstock.data.errors import ConversionError
from penstock.models import skops_file
from penstock.models.errors import NotPackaged
from penstock.models.flavours.flavour import Asked, Flavour, Written
from penstock.models.package import Package, checked

FILE = "model.skops"
_ADVICE = (
    "define what it names at the top of a module, and make it of attributes that are data; or allow a pickle,"
    " `Model(…, allow_pickle=True)`, which only those can load who trust you"
)


class Scikit(Flavour):
    """Any estimator of scikit-learn, LightGBM's wrappers included, as a skops file: data and no code."""

    name = "sklearn"
    type_names: ClassVar[tuple[str, ...]] = ("sklearn.base.BaseEstimator",)
    needs: ClassVar[tuple[str, ...]] = ("sklearn", "skops", "numpy", "pandas", "scipy")

    def write(self, value: Any, folder: Path, *, example: Any, allow_pickle: bool) -> Written:
        """Write `model.skops`; a pickle only if that fails and is allowed."""
        try:
            types = skops_file.dump(value, folder / FILE)
        except ConversionError as error:
            (folder / FILE).unlink(missing_ok=True)
            if allow_pickle:
                from penstock.models.flavours.pickled import Pickled

                return Pickled().write(value, folder, example=example, allow_pickle=True)
            raise NotPackaged(what=error.what, reason=error.reason, advice=_ADVICE) from error
        return Written(
            flavours=self._flavours(value, types.trusted + types.unknown),
            loader={"loader_module": "mlflow.sklearn", "model_path": FILE},
            types=types.all,
            trusted=types.unknown,
        )

    def read(self, folder: Path, package: Package, *, trust: bool) -> Any:
        """Load `model.skops`, if all types in it are trusted."""
        return skops_file.load(checked(folder, package, package.file or FILE), trust_all=trust)

    def ask(self, value: Any) -> Asked:
        """As it stands."""
        return Asked(
            predict=getattr(value, "predict", _no_predict), predict_proba=getattr(value, "predict_proba", None)
        )

    def _flavours(self, value: Any, trusted: list[str]) -> dict[str, Any]:
        flavours: dict[str, Any] = {
            "sklearn": {
                "code": None,
                "pickled_model": FILE,
                "serialization_format": "skops",
                "sklearn_version": _version("scikit-learn"),
                "skops_trusted_types": sorted(trusted),
            }
        }
        if type(value).__module__.startswith("lightgbm."):
            flavours["lightgbm"] = {
                "code": None,
                "data": FILE,
                "lgb_version": _version("lightgbm"),
                "model_class": f"{type(value).__module__}.{type(value).__qualname__}",
                "serialization_format": "skops",
                "skops_trusted_types": sorted(trusted),
            }
        return flavours


def _version(distribution: str) -> str:
    from penstock.models.modules import version_of

    return version_of(distribution)


def _no_predict(_rows: Any) -> Any:
    raise TypeError("it has no `predict`")
