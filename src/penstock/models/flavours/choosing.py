"""Which flavour a model is of."""

from typing import Any

from penstock.data.naming import type_name
from penstock.models.errors import NotPackaged
from penstock.models.flavours.boosted import LightGBM, XGBoost
from penstock.models.flavours.flavour import Flavour
from penstock.models.flavours.pickled import Pickled
from penstock.models.flavours.scikit import Scikit
from penstock.models.flavours.torch import Torch

FLAVOURS: tuple[Flavour, ...] = (XGBoost(), LightGBM(), Torch(), Scikit())


def flavour_of(value: Any) -> Flavour:
    """The flavour of a model; any object with `predict` is written as scikit-learn's are. Raises `NotPackaged`."""
    found = next((one for one in FLAVOURS if one.matches(value)), None)
    if found is None and not callable(getattr(value, "predict", None)):
        raise NotPackaged(
            what=type_name(type(value)),
            reason="it has no `predict`",
            advice="pass a fitted estimator of scikit-learn, XGBoost or LightGBM, a PyTorch module, or any object with"
            " `predict(rows)`",
        )
    return found or Scikit()


def flavour_called(name: str) -> Flavour | None:
    """The flavour of that name, as a package's record has it."""
    return next((one for one in (*FLAVOURS, Pickled()) if one.name == name), None)
