"""MLflow models that were made elsewhere: what their `MLmodel` says, as a package's record. Nothing is loaded."""

from pathlib import Path
from typing import Any

from penstock.models.errors import UnreadablePackage
from penstock.models.package import CODE, DESCRIPTION, Package, inside, read_text
from penstock.models.signature import Signature


def read_foreign(folder: Path) -> Package:
    """The record of an MLflow model without one.

    Raises:
        UnreadablePackage: It is no MLflow model, was damaged, or is of a flavour that Penstock does not know.
    """
    if not (folder / DESCRIPTION).is_file():
        advice = "pass the folder that `Model.save`, or MLflow's `log_model` and `save_model`, wrote"
        raise UnreadablePackage(place=str(folder), reason=f"there is no '{DESCRIPTION}' in it", advice=advice)
    described = _parsed(folder)
    flavours = described.get("flavors")
    if not isinstance(flavours, dict) or not all(isinstance(one, dict) for one in flavours.values()):
        raise _damaged(folder, "it names no flavours")
    for name, reader in _READERS.items():
        if name in flavours:
            flavour, cls, file = reader(folder, flavours[name])
            break
    else:
        known = ", ".join(sorted(_READERS))
        raise UnreadablePackage(
            place=str(folder),
            reason=f"it is of flavour {', '.join(sorted(flavours)) or 'none'}, and Penstock knows {known}",
            advice="save it as one of these; or write a `Converter` for it",
        )
    _check_code(folder, flavours)
    try:
        signature = Signature.from_mlflow(described["signature"]) if described.get("signature") else Signature()
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise _damaged(folder, f"its signature is damaged: {error}") from error
    reason = "" if signature else "its MLflow model has none that Penstock can read"
    return Package(
        flavour=flavour,
        class_=cls,
        signature=signature,
        no_signature=reason,
        not_compiled="it was made elsewhere, and not compiled there",
        file=file,
    )


def _parsed(folder: Path) -> dict[str, Any]:
    import yaml

    try:
        found = yaml.load(read_text(folder, DESCRIPTION), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise _damaged(folder, str(error).partition("\n")[0]) from error
    if not isinstance(found, dict):
        raise _damaged(folder, "it is no mapping")
    return found


def _check_code(folder: Path, flavours: dict[str, Any]) -> None:
    for about in flavours.values():
        code = about.get("code")
        if code:
            inside(folder, code)
            if code != CODE:
                raise _damaged(folder, f"its code is in {code!r}, and not in '{CODE}'")


def _of_sklearn(folder: Path, about: dict[str, Any]) -> tuple[str, str, str]:
    file = about.get("pickled_model", "model.pkl")
    inside(folder, file)
    return _by_format(about.get("serialization_format", "pickle")), "sklearn.base.BaseEstimator", file


def _of_lightgbm(folder: Path, about: dict[str, Any]) -> tuple[str, str, str]:
    file = about.get("data", "model.lgb")
    inside(folder, file)
    cls = str(about.get("model_class", "lightgbm.basic.Booster"))
    if cls == "lightgbm.basic.Booster":
        return "lightgbm", cls, file
    return _by_format(about.get("serialization_format") or "cloudpickle"), cls, file


def _of_xgboost(folder: Path, about: dict[str, Any]) -> tuple[str, str, str]:
    file = about.get("data", "model.ubj")
    inside(folder, file)
    return "xgboost", str(about.get("model_class", "xgboost.core.Booster")), file


def _of_pytorch(folder: Path, about: dict[str, Any]) -> tuple[str, str, str]:
    data = about.get("model_data", "data")
    inside(folder, data)
    exported = folder / str(data) / "model.pt2"
    if not exported.is_file():
        return "pickle", "torch.nn.modules.module.Module", f"{data}/model.pth"
    return "pytorch", "torch.nn.modules.module.Module", f"{data}/model.pt2"


def _by_format(written_as: Any) -> str:
    return "sklearn" if written_as == "skops" else "pickle"


def _damaged(folder: Path, reason: str) -> UnreadablePackage:
    return UnreadablePackage(place=str(folder), reason=f"'{DESCRIPTION}' is damaged: {reason}")


_READERS = {"lightgbm": _of_lightgbm, "xgboost": _of_xgboost, "sklearn": _of_sklearn, "pytorch": _of_pytorch}
