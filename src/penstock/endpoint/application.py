"""All routes of the endpoint in one table. Imported with the first connection."""

from penstock.endpoint.mlflow.routes import mlflow_routes
from penstock.endpoint.native import native_routes
from penstock.endpoint.routing import Router
from penstock.endpoint.services import Services


def application(services: Services) -> Router:
    """What answers every request."""
    return Router([*native_routes(services), *mlflow_routes(services)])
