"""Reads Kubernetes manifests of secrets and config maps, as `kubectl get secret … -o yaml` prints them."""

from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from penstock.ir.platform import Store

_STORES: dict[str, Store] = {"Secret": "secret", "ConfigMap": "config map"}


class Manifest(Struct, frozen=True, kw_only=True):
    """One secret or config map."""

    store: Store
    name: str
    values: dict[str, bytes]

    def __repr__(self) -> str:
        return f"Manifest(store={self.store!r}, name={self.name!r}, values={list(self.values)})"


def read_manifests(text: str) -> list[Manifest]:
    """The secrets and config maps in YAML or JSON; other objects are passed over.

    Raises:
        ValueError: It is no such text; the message says what is wrong, and holds no value.
    """
    import yaml

    try:
        documents = list(yaml.safe_load_all(text))
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1})" if mark is not None else ""
        raise ValueError(f"it is not YAML{place}") from None
    return [_manifest(one) for document in documents for one in _objects(document) if one.get("kind") in _STORES]


def _objects(document: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(document, dict):
        return
    items = document.get("items")
    if isinstance(items, list):
        for item in items:
            yield from _objects(item)
    else:
        yield document


def _manifest(document: dict[str, Any]) -> Manifest:
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if not isinstance(name, str):
        raise ValueError(f"a {document['kind']} has no name")
    encoded, plain = ("data", "stringData") if document["kind"] == "Secret" else ("binaryData", "data")
    values = {key: _decoded(value, name, key) for key, value in _texts(document, encoded, name).items()}
    values |= {key: value.encode() for key, value in _texts(document, plain, name).items()}
    return Manifest(store=_STORES[document["kind"]], name=name, values=values)


def _texts(document: dict[str, Any], part: str, name: str) -> dict[str, str]:
    given = document.get(part) or {}
    if isinstance(given, dict) and all(isinstance(text, str) for item in given.items() for text in item):
        return given
    raise ValueError(f"`{part}` of '{name}' does not map keys to text (numbers need quotes)")


def _decoded(value: str, name: str, key: str) -> bytes:
    try:
        return b64decode("".join(value.split()), validate=True)
    except ValueError:
        raise ValueError(f"key '{key}' of '{name}' is not base64") from None
