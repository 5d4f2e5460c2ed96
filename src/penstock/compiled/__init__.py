"""A fitted scikit-learn pipeline as one ONNX graph over raw, named columns, accepted only if it does the same.

```
 fitted Pipeline ─► emitters (float64, int64, string) ─► cast to float32 ─► estimator, converted alone ─► one graph
                                                                                                           │
                             real rows and hard ones, through both ─► parity gate ─► CompiledModel or NotCompiled
```

The preprocessing is written by Penstock's own emitters, because converters for whole pipelines compute it in float32,
which moves rows across the thresholds of trees without a word. Importing this package loads neither onnx nor
scikit-learn; compiling needs the extra `penstock[onnx]`.
"""

from penstock.compiled.cast import to_float32
from penstock.compiled.compiling import NotCompiled, compile_model
from penstock.compiled.errors import (
    NoOnnx,
    RefusedRows,
    UnfitRows,
    UnreadableGraph,
    UnusableSample,
    WrongPipeline,
)
from penstock.compiled.model import CompiledModel, Predictions
from penstock.compiled.parity import ParityReport, check_parity

__all__ = [
    "CompiledModel",
    "NoOnnx",
    "NotCompiled",
    "ParityReport",
    "Predictions",
    "RefusedRows",
    "UnfitRows",
    "UnreadableGraph",
    "UnusableSample",
    "WrongPipeline",
    "check_parity",
    "compile_model",
    "to_float32",
]
