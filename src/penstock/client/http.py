"""HTTP to the endpoint of the system that runs this task: JSON there, JSON back, errors as ours. No package needed."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

from msgspec import Struct

from penstock.client.variables import ADDRESS, TOKEN
from penstock.core.errors import InfraError, UserError

_PATIENCE = 60.0
"""Seconds to wait for an answer."""


@dataclass(kw_only=True, eq=False)
class EndpointUnreachable(InfraError, ConnectionError):
    """Nobody answers at the endpoint, or the store behind it is away."""

    code: ClassVar[str] = "TRK026"
    address: str
    reason: str

    def message(self) -> str:
        return f"the endpoint of this run at {self.address} did not answer: {self.reason}"

    def hint(self) -> str:
        return "the engine that runs this task may have ended; what was asked for may be done or not"


@dataclass(kw_only=True, eq=False)
class Refused(UserError, ValueError):
    """The endpoint says no; the message is that of the error there."""

    code: ClassVar[str] = "TRK027"
    status: int
    said: str
    cause: str = ""
    """The code of the error there, e.g. `REG003`."""
    advice: str = ""

    def message(self) -> str:
        return f"{self.said} ({self.cause})" if self.cause else self.said

    def hint(self) -> str | None:
        return self.advice or None


class Endpoint(Struct, frozen=True):
    """The address of a system, and the right to talk to it."""

    address: str
    token: str

    def __repr__(self) -> str:
        return f"Endpoint({self.address!r})"

    @classmethod
    def current(cls) -> "Endpoint | None":
        """That of the system which runs this task; None outside of a task."""
        address, token = os.environ.get(ADDRESS, ""), os.environ.get(TOKEN, "")
        return cls(address.rstrip("/"), token) if address and token else None

    def get(self, path: str, /, **query: str | int) -> Any:
        """Ask for something.

        Raises:
            Refused: It is not there, or may not be asked for.
            EndpointUnreachable: Nobody answers.
        """
        given = urllib.parse.urlencode(query)
        return self.send("GET", f"{path}?{given}" if given else path)

    def post(self, path: str, value: Mapping[str, Any]) -> Any:
        """Have something done. Raises as `get`."""
        return self.send("POST", path, value)

    def send(self, method: str, path: str, value: Mapping[str, Any] | None = None) -> Any:
        """Any request. Raises as `get`."""
        with self.open(method, path, value) as answer:
            try:
                return json.load(answer)
            except (OSError, ValueError) as error:
                raise EndpointUnreachable(address=self.address, reason=f"half an answer: {error}") from None

    def open(self, method: str, path: str, value: Mapping[str, Any] | None = None) -> Any:
        """Any request, for bytes: the answer as a file to read and close. Raises as `get`."""
        request = urllib.request.Request(
            self.address + path,
            method=method,
            data=None if value is None else json.dumps(value).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            return _direct.open(request, timeout=_PATIENCE)
        except urllib.error.HTTPError as error:
            self._refuse(error)
        except OSError as error:
            reason = getattr(error, "reason", None) or error
            raise EndpointUnreachable(address=self.address, reason=str(reason)) from None

    def _refuse(self, error: urllib.error.HTTPError) -> NoReturn:
        try:
            with error:
                said = json.load(error)
            message, cause, advice = str(said["said"]), str(said["code"]), str(said["hint"])
        except (OSError, ValueError, KeyError, TypeError):
            message, cause, advice = f"HTTP status {error.code}", "", ""
        if error.code >= 500:
            raise EndpointUnreachable(address=self.address, reason=f"{message} [{cause}]" if cause else message)
        raise Refused(status=error.code, said=message, cause=cause, advice=advice) from None


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Never by way of a proxy: it would look for the loopback address on its own machine."""
