"""Pages of results, and the tokens that stand for the next one."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from penstock.endpoint.errors import BadRequest

T = TypeVar("T")


def page_of(items: Sequence[T], token: str, limit: int) -> tuple[list[T], dict[str, str]]:
    """The page that a token stands for, and the field that names the next one, if there is one."""
    start = read_token(token, int) if token else 0
    if start < 0:
        raise BadRequest(what="page_token", reason="it is none of ours")
    rest = {"next_page_token": write_token(start + limit)} if start + limit < len(items) else {}
    return list(items[start : start + limit]), rest


def write_token(value: Any) -> str:
    """A text for a place to go on from, opaque to clients."""
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).decode()


def read_token(token: str, kind: type[T]) -> T:
    """The reverse. Raises `BadRequest`."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(token), type=kind)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise BadRequest(what="page_token", reason="it is none of ours") from None
