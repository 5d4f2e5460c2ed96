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

Importing this loads no library. Loading a model executes no pickle, and nothing of its maker's code, unless the user
trusts it.
"""

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
from penstock.models.signature import Array, Column, Signature

__all__ = [
    "Array",
    "Column",
    "Model",
    "ModelFails",
    "NoProbabilities",
    "NotPackaged",
    "NotRows",
    "PickleRefused",
    "RowsUnfit",
    "Signature",
    "UnreadablePackage",
    "trust",
]
