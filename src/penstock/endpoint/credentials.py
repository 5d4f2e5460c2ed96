"""What a client shows: the token of an endpoint, and behind a dot the task that it was given to."""

import base64
import binascii
from contextlib import suppress

from msgspec import Struct

from penstock.core.ids import RunId, TaskPath


class Caller(Struct, frozen=True):
    """The task that a request comes from, as its token says."""

    run_id: RunId
    path: TaskPath
    attempt: int = 1


def credential_for(token: str, run_id: str, path: str, attempt: int = 1) -> str:
    """The token with the task that it is given to: what that task creates is then known to be its."""
    task = base64.urlsafe_b64encode(f"{attempt}/{run_id}/{path}".encode(errors="surrogatepass")).decode().rstrip("=")
    return f"{token}.{task}"


def shown(authorization: str) -> tuple[str, str]:
    """The token and the task, as a header brings them; not checked yet."""
    scheme, _, value = authorization.strip().partition(" ")
    credential = ""
    if scheme.lower() == "bearer":
        credential = value.strip()
    elif scheme.lower() == "basic":  # with any name; for `curl -u` and clients that know nothing else
        with suppress(binascii.Error, UnicodeDecodeError):
            credential = base64.b64decode(value).decode().partition(":")[2]
    token, _, task = credential.partition(".")
    return token, task


def caller_named(task: str) -> Caller | None:
    """The task that is named in a credential; None if there is none, or it makes no sense."""
    try:
        named = base64.urlsafe_b64decode(task + "=" * (-len(task) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    parts = named.split("/", 2)
    if len(parts) < 3 or not parts[0].isascii() or not parts[0].isdigit():
        return None
    return Caller(RunId(parts[1]), TaskPath(parts[2]), int(parts[0]))
