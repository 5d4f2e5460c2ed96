"""Pickles, for what nothing else can hold: written only if the author allows it, read only if the user trusts it."""

# ruff: noqa: ARG002 - the interface has the arguments

from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from penstock.data.naming import type_name
from penstock.models.errors import NotPackaged, PickleRefused, UnreadablePackage
from penstock.models.flavours.flavour import Asked, Flavour, Written
from penstock.models.package import Package, checked

FILE = "model.pkl"


class Pickled(Flavour):
    """Any object with `predict`, as a pickle."""

    name = "pickle"
    needs: ClassVar[tuple[str, ...]] = ("sklearn", "numpy", "pandas")

    def write(self, value: Any, folder: Path, *, example: Any, allow_pickle: bool) -> Written:
        """Write `model.pkl`, with cloudpickle where that is installed, as MLflow does."""
        pickler, called = _pickler()
        what = f"{type(value).__module__}.{type(value).__qualname__}"
        if not allow_pickle:
            raise NotPackaged(what=type_name(type(value)), reason="it would be a pickle", advice="allow it")
        try:
            (folder / FILE).write_bytes(pickler.dumps(value, protocol=4))
        except Exception as error:  # an object's own methods may raise anything
            reason = f"it cannot even be pickled: {type(error).__name__}: {error}"
            raise NotPackaged(what=what, reason=reason, advice="make it of attributes that are data") from error
        flavour = {
            "code": None,
            "pickled_model": FILE,
            "serialization_format": called,
            "sklearn_version": _sklearn_version(),
        }
        modules = [what, *([] if called == "pickle" else ["cloudpickle.CloudPickler"])]
        return Written(
            flavours={"sklearn": flavour},
            loader={"loader_module": "mlflow.sklearn", "model_path": FILE},
            types=modules,
            settings={"pickled": True},
        )

    def read(self, folder: Path, package: Package, *, trust: bool) -> Any:
        """Load the pickle, which runs whatever is written in it; refused unless it is trusted."""
        if not trust:
            raise PickleRefused(place=str(folder), file=package.file or FILE)
        file = checked(folder, package, package.file or FILE)
        if file.suffix == ".pth":
            import torch

            return torch.load(file, weights_only=False)
        return unpickle(file, folder)

    def ask(self, value: Any) -> Asked:
        """As it stands; a module of PyTorch as those are asked."""
        from penstock.models.flavours.torch import Torch

        if Torch().matches(value):
            return Torch().ask(value.eval())
        return Asked(predict=value.predict, predict_proba=getattr(value, "predict_proba", None))


def unpickle(file: Path, folder: Path) -> Any:
    """Load a pickle that the user trusts."""
    import pickle

    try:
        with file.open("rb") as stream:
            return pickle.load(stream)
    except ImportError:
        raise
    except Exception as error:  # whatever is in it may raise anything
        reason = f"'{file.name}' cannot be unpickled: {type(error).__name__}: {error}"
        raise UnreadablePackage(place=str(folder), reason=reason) from error


def _pickler() -> tuple[Any, str]:
    try:
        cloudpickle = import_module("cloudpickle")
    except ImportError:
        import pickle

        return pickle, "pickle"
    return cloudpickle, "cloudpickle"


def _sklearn_version() -> str:
    from penstock.models.modules import version_of

    return version_of("scikit-learn")
