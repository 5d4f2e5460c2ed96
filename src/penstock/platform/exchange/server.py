"""An MLflow server, or whatever else its client takes for one, as this package sees it."""

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from penstock.core.errors import InfraError, UserError
from penstock.core.urls import without_secrets

_QUIET = {
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
}
"""Where a person has not said otherwise: a server that does not answer is not waited for for minutes."""


@dataclass(kw_only=True, eq=False)
class MlflowMissing(UserError, ImportError):
    """The package `mlflow` is not installed."""

    code: ClassVar[str] = "PLA080"

    def message(self) -> str:
        return "models are carried to and from MLflow servers with the package `mlflow`, which is not installed"

    def hint(self) -> str:
        return "install it: `uv pip install 'penstock[mlflow]'`"


@dataclass(kw_only=True, eq=False)
class MlflowFailed(InfraError, OSError):
    """An MLflow server did not do what it was asked for."""

    code: ClassVar[str] = "PLA081"
    server: str
    reason: str

    def message(self) -> str:
        return f"the MLflow server {self.server} did not do it: {self.reason}"

    def hint(self) -> str:
        return (
            "check its address, and MLFLOW_TRACKING_TOKEN or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD;"
            " what was carried already is not carried again"
        )


@dataclass(kw_only=True, eq=False)
class NotOnServer(UserError, LookupError):
    """There is no such model on an MLflow server."""

    code: ClassVar[str] = "PLA082"
    server: str
    name: str
    version: int | None = None

    def message(self) -> str:
        what = f"model {self.name!r}" + (f" with a version {self.version}" if self.version is not None else "")
        return f"the MLflow server {self.server} has no {what}"

    def hint(self) -> str:
        return "`mlflow.search_registered_models()` shows the models that it has"


class MlflowServer:
    """A server, and the client for it."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.shown = without_secrets(uri)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import mlflow
                import mlflow.artifacts
        except ImportError:
            raise MlflowMissing from None
        self.mlflow: Any = mlflow
        self.client: Any = mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)

    def model(self, name: str) -> Any:
        """A registered model there, or None."""
        try:
            return self.client.get_registered_model(name)
        except self.mlflow.exceptions.MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise

    def versions(self, name: str) -> list[Any]:
        """Its versions, oldest first."""
        quote = '"' if "'" in name else "'"
        found: list[Any] = []
        token = None
        while True:
            page = self.client.search_model_versions(f"name = {quote}{name}{quote}", page_token=token)
            found += page
            token = page.token
            if not token:
                return sorted(found, key=lambda version: int(version.version))


@contextlib.contextmanager
def server_at(uri: str) -> Iterator[MlflowServer]:
    """A server, whose errors are ours, and whose client says nothing but errors.

    Raises:
        MlflowMissing: There is no client.
        MlflowFailed: The server does not answer, or refuses.
    """
    set_here = [name for name in _QUIET if name not in os.environ]
    os.environ.update({name: _QUIET[name] for name in set_here})
    before = logging.getLogger("mlflow").level
    try:
        server = MlflowServer(uri)
        logging.getLogger("mlflow").setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                yield server
            except server.mlflow.exceptions.MlflowException as error:
                reason = str(error).strip().splitlines()[0]
                raise MlflowFailed(server=server.shown, reason=without_secrets(reason)[:500]) from error
    finally:
        logging.getLogger("mlflow").setLevel(before)
        for name in set_here:
            os.environ.pop(name, None)
