"""Approvals for containers that wait for one by themselves: to ask, and to look whether there is an answer."""

import hashlib
from collections.abc import Iterator

from penstock.core.ids import RunId, TaskPath
from penstock.endpoint.errors import BadRequest
from penstock.endpoint.messages import Request, Response, reply
from penstock.endpoint.routing import Route
from penstock.endpoint.services import Services
from penstock.metadata.registry import Approval


def approval_routes(services: Services, prefix: str) -> Iterator[Route]:
    """The table's part."""

    def ask(request: Request) -> Response:
        given = request.json()
        subject, role, details = given.get("subject"), given.get("role", "model-validator"), given.get("details") or {}
        if not (isinstance(subject, str) and subject and isinstance(role, str) and isinstance(details, dict)):
            raise BadRequest(what="body", reason="an approval has a `subject`, a `role` and perhaps `details`")
        caller = request.caller
        run_id, path = (caller.run_id, caller.path) if caller else (RunId(""), TaskPath(""))
        place = f"{run_id}\0{path}\0{subject}".encode(errors="surrogatepass")
        asked = Approval(
            approval_id=hashlib.blake2b(place, digest_size=4).hexdigest(),
            subject=subject,
            role=role,
            run_id=run_id,
            path=path,
            details=details,
            requested_at=services.clock.now(),
        )
        return reply(services.store.registry.request_approval(asked))

    def look(request: Request) -> Response:
        return reply(services.store.registry.approval(request.named["approval_id"]))

    yield Route("POST", f"{prefix}/approvals", ask)
    yield Route("GET", f"{prefix}/approvals/{{approval_id}}", look)
