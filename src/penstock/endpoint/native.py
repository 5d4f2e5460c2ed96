"""The routes of Penstock's own client: `/api/penstock/v1/…`."""

from collections.abc import Iterator

from penstock.endpoint.messages import Request, Response, reply
from penstock.endpoint.routing import Route
from penstock.endpoint.services import Services

PREFIX = "/api/penstock/v1"


def native_routes(services: Services) -> Iterator[Route]:  # noqa: ARG001 - what follows will need it
    """The table."""
    yield Route("GET", f"{PREFIX}/health", _health)


def _health(_request: Request) -> Response:
    return reply({"status": "ok"})
