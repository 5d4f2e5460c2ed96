"""Loads a model for MLflow, whose signatures have no categories: texts become categories before the model sees them.

This file travels in the package, in `code/`, and stands for itself: where MLflow loads it, there is no Penstock.
"""

import json
from importlib import import_module
from pathlib import Path
from typing import Any


class _Categories:
    """What MLflow asks."""

    def __init__(self, loaded: Any, columns: list[str]) -> None:
        self._loaded = loaded
        self._columns = columns

    def get_raw_model(self) -> Any:
        """The model itself."""
        return self._loaded.get_raw_model()

    def predict(self, data: Any, params: "dict[str, Any] | None" = None) -> Any:  # noqa: ARG002 - MLflow passes it
        """What the model predicts for rows whose categories are texts."""
        return self._loaded.predict(data.assign(**{name: data[name].astype("category") for name in self._columns}))


def _load_pyfunc(path: str) -> _Categories:
    folder = Path(path) if Path(path).is_dir() else Path(path).parent
    about = json.loads((folder / "penstock" / "package.json").read_bytes())
    columns = [one["name"] for one in about["signature"]["inputs"] if one.get("dtype") == "category"]
    return _Categories(import_module(f"mlflow.{about['flavour']}")._load_pyfunc(path), columns)
