"""How an error becomes a response: the words that MLflow's client knows, and beside them our own code and hint."""

from penstock.core.errors import InfraError, PenstockError
from penstock.endpoint.errors import BadRequest, BodyTooLarge, NoSuchRoute, NotAuthorized
from penstock.endpoint.messages import Response, reply
from penstock.metadata.registry_errors import ModelExists
from penstock.metadata.tracking_errors import AlreadyTracked

_BY_CLASS: tuple[tuple[type[BaseException], int, str], ...] = (
    (NotAuthorized, 401, "UNAUTHENTICATED"),
    (NoSuchRoute, 404, "ENDPOINT_NOT_FOUND"),
    (BodyTooLarge, 413, "INVALID_PARAMETER_VALUE"),
    (BadRequest, 400, "INVALID_PARAMETER_VALUE"),
    (InfraError, 503, "TEMPORARILY_UNAVAILABLE"),
    (AlreadyTracked, 400, "RESOURCE_ALREADY_EXISTS"),
    (ModelExists, 400, "RESOURCE_ALREADY_EXISTS"),
    (FileExistsError, 400, "RESOURCE_ALREADY_EXISTS"),
    (FileNotFoundError, 404, "RESOURCE_DOES_NOT_EXIST"),
    (LookupError, 404, "RESOURCE_DOES_NOT_EXIST"),
    (PermissionError, 403, "PERMISSION_DENIED"),
    (NotImplementedError, 400, "INVALID_PARAMETER_VALUE"),
)
"""The first that fits: our own errors have a fitting built-in as their second base."""


def refusal(error: Exception) -> Response:
    """The response that says what went wrong."""
    if not isinstance(error, PenstockError):
        text = f"the endpoint failed: {type(error).__name__}: {error}"
        said = {"error_code": "INTERNAL_ERROR", "message": text, "code": "", "said": text, "hint": ""}
        # Clients take 500 for something that passes, and try again for minutes. This is a bug of ours, and stays.
        return _with_headers(reply(said, 500), {"Retry-After": "1"})
    status, name = next(((status, name) for kind, status, name in _BY_CLASS if isinstance(error, kind)), _OTHER)
    if isinstance(error, NoSuchRoute) and error.allowed:
        status = 405
    hint = error.hint()
    message = f"{error.message()} [{error.code}]" + (f". Hint: {hint}" if hint else "")
    said = {"error_code": name, "message": message, "code": error.code, "said": error.message(), "hint": hint or ""}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return _with_headers(reply(said, status), headers)


_OTHER = (400, "INVALID_PARAMETER_VALUE")


def _with_headers(response: Response, headers: dict[str, str]) -> Response:
    return Response(status=response.status, body=response.body, headers=headers)
