"""Model packages: MLflow model folders that hold all that a model needs to be trusted, and replaying them.

```text
MLmodel · requirements.txt · conda.yaml · python_env.yaml      as MLflow has them
input_example.json · serving_input_example.json
model.skops, or the framework's own file · code/               the original, and the author's modules in it
graph.onnx                                                     the compiled graph, where there is one
penstock/package.json                                          task, target, signature, parity, digests
penstock/profile.json · penstock/predictions.json              sketches of the raw columns and of the answers
penstock/environment.txt                                       the exact lock, transitive
```

Names are looked up when first used: that models can be returned by components is known without any of it. Loading a
model executes no pickle, and nothing of its maker's code, unless the user trusts it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.data.trusted import trust
    from penstock.models.errors import (
        ModelFails,
        NoProbabilities,
        NotPackaged,
        NotRows,
        PickleRefused,
        RowsUnfit,
        UnreadablePackage,
    )
    from penstock.models.model import Model
    from penstock.models.replaying import Replay, replay
    from penstock.models.signature import Array, Column, Signature

_HOMES = {
    "penstock.data.trusted": ("trust",),
    "penstock.models.errors": (
        "ModelFails",
        "NoProbabilities",
        "NotPackaged",
        "NotRows",
        "PickleRefused",
        "RowsUnfit",
        "UnreadablePackage",
    ),
    "penstock.models.model": ("Model",),
    "penstock.models.replaying": ("Replay", "replay"),
    "penstock.models.signature": ("Array", "Column", "Signature"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Array",
    "Column",
    "Model",
    "ModelFails",
    "NoProbabilities",
    "NotPackaged",
    "NotRows",
    "PickleRefused",
    "Replay",
    "RowsUnfit",
    "Signature",
    "UnreadablePackage",
    "replay",
    "trust",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
