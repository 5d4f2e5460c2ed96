"""The files around a model that make its folder an MLflow model: `MLmodel`, and the environment that it needs.

Flavours: `sklearn`, in skops serialisation, and `python_function` for what can predict. Signature and input example
come with the model package of the registry. Nothing here depends on the time or on chance.
"""

import hashlib
import platform
from pathlib import Path
from typing import Any

MODEL_FILE = "model.skops"
DESCRIPTION = "MLmodel"

_DISTRIBUTIONS = {"sklearn": "scikit-learn", "lightgbm": "lightgbm", "xgboost": "xgboost"}


def write_description(folder: Path, value: Any, trusted: list[str]) -> None:
    """Complete `folder`, which holds `model.skops`, to an MLflow model.

    Args:
        folder: The model's folder.
        value: The estimator.
        trusted: The types that MLflow is to trust when it loads the file.
    """
    import yaml

    identity = hashlib.sha256((folder / MODEL_FILE).read_bytes()).hexdigest()[:32]
    description = {"flavors": _flavours(value, trusted), "model_uuid": identity}
    requirements = _requirements(trusted)
    python = platform.python_version()
    _write(folder / DESCRIPTION, yaml.safe_dump(description, sort_keys=True))
    _write(folder / "requirements.txt", "".join(f"{line}\n" for line in requirements))
    _write(folder / "python_env.yaml", yaml.safe_dump({"python": python, "dependencies": ["-r requirements.txt"]}))
    conda = {
        "name": "model",
        "channels": ["conda-forge"],
        "dependencies": [f"python={python}", "pip", {"pip": requirements}],
    }
    _write(folder / "conda.yaml", yaml.safe_dump(conda))


def _flavours(value: Any, trusted: list[str]) -> dict[str, Any]:
    import sklearn

    flavours: dict[str, Any] = {
        "sklearn": {
            "code": None,
            "pickled_model": MODEL_FILE,
            "serialization_format": "skops",
            "sklearn_version": sklearn.__version__,
            "skops_trusted_types": trusted,
        }
    }
    if hasattr(value, "predict"):
        flavours["python_function"] = {
            "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
            "loader_module": "mlflow.sklearn",
            "model_path": MODEL_FILE,
            "predict_fn": "predict",
            "python_version": platform.python_version(),
        }
    return flavours


def _requirements(trusted: list[str]) -> list[str]:
    """What loads and runs the model: the libraries whose types are in it, and what they stand on."""
    from importlib.metadata import PackageNotFoundError, version

    named = {_DISTRIBUTIONS[top] for name in trusted if (top := name.partition(".")[0]) in _DISTRIBUTIONS}
    found = []
    for distribution in sorted(named | {"numpy", "pandas", "scikit-learn", "scipy", "skops"}):
        try:
            found.append(f"{distribution}=={version(distribution)}")
        except PackageNotFoundError:
            continue
    return ["mlflow", *found]


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
