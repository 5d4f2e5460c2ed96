"""The routes of Penstock's own client: `/api/penstock/v1/…`."""

from collections.abc import Iterator

from penstock.endpoint.messages import Request, Response, reply
from penstock.endpoint.native_approvals import approval_routes
from penstock.endpoint.native_models import model_routes
from penstock.endpoint.routing import Route
from penstock.endpoint.services import Services

PREFIX = "/api/penstock/v1"


def native_routes(services: Services) -> Iterator[Route]:
    """The table."""
    yield Route("GET", f"{PREFIX}/health", _health)
    yield from model_routes(services, PREFIX)
    yield from approval_routes(services, PREFIX)


def _health(_request: Request) -> Response:
    return reply({"status": "ok"})
