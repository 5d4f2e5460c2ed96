"""Carrying registered models to an MLflow server and back, with the package `mlflow`, which knows every such server."""

from penstock.platform.exchange.carried import Carried
from penstock.platform.exchange.exporting import export_model
from penstock.platform.exchange.importing import import_model

__all__ = ["Carried", "export_model", "import_model"]
