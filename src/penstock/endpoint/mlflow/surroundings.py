"""What a client asks of a server before it asks for anything else."""

from collections.abc import Iterator

from penstock.endpoint.messages import Request, Response, reply
from penstock.endpoint.routing import Route

VERSION = "3.1.0"
"""The version of MLflow whose protocol this is: clients leave out what came later."""


def surroundings(api: str) -> Iterator[Route]:
    """The rows of the table."""
    yield Route("GET", "/version", _version)
    yield Route("GET", "/health", _health)
    yield Route("GET", f"{api}/server-info", _info)
    yield Route("GET", f"{api}/server-features", _info)


def _version(_request: Request) -> Response:
    return Response(content_type="text/plain; charset=utf-8", body=VERSION.encode())


def _health(_request: Request) -> Response:
    return Response(content_type="text/plain; charset=utf-8", body=b"OK")


def _info(_request: Request) -> Response:
    return reply(
        {
            "store_type": "SqlStore",
            "workspaces_enabled": False,
            "trace_archival_enabled": False,
            "multipart_uploads_enabled": False,
            "multipart_downloads_enabled": False,
        }
    )
