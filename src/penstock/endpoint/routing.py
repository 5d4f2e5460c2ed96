"""The table of routes: which handler answers which method and path."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import replace

from penstock.endpoint.errors import BadRequest, NoSuchRoute
from penstock.endpoint.messages import Request, Response

Handler: TypeAlias = Callable[[Request], Response]

_NAME = re.compile(r"\{(\w+)(:path)?\}")


class Route(Struct, frozen=True):
    """One row of the table."""

    method: str
    path: str
    """`/a/{name}` takes one part of a path, `/a/{name:path}` all the rest, which may be empty."""
    handler: Handler


class Router:
    """Finds the route of a request. Paths without names are found first, then templates in the order of the table."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._plain: dict[str, dict[str, Handler]] = {}
        self._templates: list[tuple[re.Pattern[str], dict[str, Handler]]] = []
        patterns: dict[str, dict[str, Handler]] = {}
        for route in routes:
            known = self._plain if "{" not in route.path else patterns
            known.setdefault(route.path, {})[route.method] = route.handler
        self._templates = [(_pattern(path), methods) for path, methods in patterns.items()]

    def __call__(self, request: Request) -> Response:
        """Answer a request.

        Raises:
            NoSuchRoute: No row fits.
            BadRequest: The path is not valid UTF-8.
        """
        allowed: list[str] = []
        for methods, raw in self._fitting(request.path):
            handler = methods.get(request.method)
            if handler is not None:
                return handler(replace(request, named={name: _decoded(text) for name, text in raw.items()}))
            allowed += methods
        raise NoSuchRoute(method=request.method, path=request.path, allowed=tuple(sorted(set(allowed))))

    def _fitting(self, path: str) -> Iterable[tuple[dict[str, Handler], dict[str, str]]]:
        plain = self._plain.get(path)
        if plain is not None:
            yield plain, {}
        for pattern, methods in self._templates:
            match = pattern.fullmatch(path)
            if match is not None:
                yield methods, match.groupdict()


def _pattern(template: str) -> re.Pattern[str]:
    parts: Sequence[str | None] = _NAME.split(template)
    text = ""
    for index in range(0, len(parts), 3):
        text += re.escape(parts[index] or "")
        if index + 1 < len(parts):
            text += f"(?P<{parts[index + 1]}>{'.*' if parts[index + 2] else '[^/]+'})"
    return re.compile(text, re.DOTALL)


def _decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise BadRequest(what="path", reason="it is not UTF-8") from None
