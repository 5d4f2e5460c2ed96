"""Input examples as MLflow writes them: `input_example.json`, and what a request to its server would look like."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.models.rows import fitted_to
from penstock.models.signature import Signature

if TYPE_CHECKING:
    import pandas as pd

EXAMPLE = "input_example.json"
SERVING = "serving_input_example.json"


def write_example(folder: Path, example: Any) -> dict[str, Any]:
    """Write both files. Returns what `MLmodel` says of them.

    Args:
        folder: The model's.
        example: A frame, or an array where the model takes one.
    """
    tabular = hasattr(example, "columns")
    split: Any = _split(example) if tabular else _plain(example.tolist())
    (folder / EXAMPLE).write_text(json.dumps(split), encoding="utf-8")
    request = {"dataframe_split" if tabular else "inputs": split}
    (folder / SERVING).write_text(json.dumps(request, indent=2), encoding="utf-8")
    info = {"artifact_path": EXAMPLE, "serving_input_path": SERVING, "type": "dataframe" if tabular else "ndarray"}
    return {**info, "pandas_orient": "split"} if tabular else info


def read_example(text: bytes, signature: Signature) -> "pd.DataFrame | Any":
    """The example again: a frame of the types that the model takes, or an array.

    Raises:
        ValueError: It is no example, or does not fit the signature.
    """
    found = json.loads(text)
    if signature.array:
        import numpy as np

        return np.asarray(found, dtype=signature.array.dtype)
    import pandas as pd

    frame = pd.DataFrame(found["data"], columns=found.get("columns"))
    return fitted_to(frame, signature.inputs) if signature.inputs else frame


def _split(frame: "pd.DataFrame") -> dict[str, Any]:
    columns = {name: [_plain(value) for value in frame[name].tolist()] for name in frame.columns}
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    return {"columns": [str(name) for name in frame.columns], "data": rows}


def _plain(value: Any) -> Any:
    """As JSON has it: null for what is missing, ISO 8601 for a moment, base64 for bytes."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, bytes):
        import base64

        return base64.encodebytes(value).decode("ascii")
    if hasattr(value, "isoformat"):
        return None if value != value else value.isoformat()
    return _plain(value.item()) if hasattr(value, "item") else str(value)
