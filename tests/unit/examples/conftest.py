"""The taxi example's modules, imported as its pipeline imports them, then forgotten: their names are common ones."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "taxi"


@pytest.fixture(scope="session")
def taxi() -> ModuleType:
    """The module of the pipeline and its components."""
    sys.path.insert(0, str(FOLDER))
    module = import_module("pipeline")
    sys.path.remove(str(FOLDER))
    for name in ("features", "pipeline", "plots"):
        del sys.modules[name]
    return module


@pytest.fixture(scope="session")
def features(taxi: ModuleType) -> ModuleType:
    module = taxi.features
    assert isinstance(module, ModuleType)
    return module
