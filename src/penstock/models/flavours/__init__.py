"""How models of each library are kept, in the form that MLflow reads.

| flavour | for | file |
|---|---|---|
| `scikit` | scikit-learn, what follows its ways, any object with `predict` | `model.skops` |
| `boosted` | XGBoost with its wrappers; LightGBM's `Booster` | `model.ubj`, `model.lgb` |
| `torch` | PyTorch modules | `data/model.pt2` |
| `pickled` | whatever else, if the author allows it | `model.pkl` |
"""

from penstock.models.flavours.choosing import flavour_called, flavour_of
from penstock.models.flavours.flavour import Asked, Flavour, Written

__all__ = ["Asked", "Flavour", "Written", "flavour_called", "flavour_of"]
