"""The table of MLflow's routes."""

from collections.abc import Iterator

from penstock.endpoint.mlflow.artifacts import Artifacts
from penstock.endpoint.mlflow.experiments import Experiments
from penstock.endpoint.mlflow.finding import Finder
from penstock.endpoint.mlflow.history import History
from penstock.endpoint.mlflow.logging import Logging
from penstock.endpoint.mlflow.models import LoggedModels
from penstock.endpoint.mlflow.registered import RegisteredModels
from penstock.endpoint.mlflow.runs import Runs
from penstock.endpoint.mlflow.surroundings import surroundings
from penstock.endpoint.mlflow.versions import ModelVersions
from penstock.endpoint.routing import Route
from penstock.endpoint.services import Services


def mlflow_routes(services: Services) -> Iterator[Route]:
    """The rows of the table. Clients ask below `api`, and the browser's below `ajax-api`."""
    finder = Finder(services.store, services.clock)
    artifacts = Artifacts(services, finder)
    kinds = (
        Experiments(services, finder),
        Runs(services, finder),
        Logging(services, finder),
        History(services, finder),
        LoggedModels(services, finder, artifacts),
        RegisteredModels(services),
        ModelVersions(services, finder, artifacts),
    )
    yield from surroundings("/api/3.0/mlflow")
    for root in ("/api/2.0", "/ajax-api/2.0"):
        yield from artifacts.routes(f"{root}/mlflow", f"{root}/mlflow-artifacts")
        for kind in kinds:
            yield from kind.routes(f"{root}/mlflow")
