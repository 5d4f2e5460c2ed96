"""Which converter handles a type: the built-in ones, those registered, and those that installed packages bring."""

import threading
from functools import cache
from importlib import import_module
from typing import Any, get_origin

from penstock.data.converter import Converter

ENTRY_POINT_GROUP = "penstock.converters"

_BUILT_IN_MODULES = (
    "penstock.data.converters.polars",
    "penstock.data.converters.pandas",
    "penstock.data.converters.arrow",
    "penstock.data.converters.duckdb",
    "penstock.data.converters.array",
    "penstock.models.converters",
    "penstock.data.converters.document",
    "penstock.data.converters.json",
    "penstock.data.converters.file",
    "penstock.data.converters.metrics",
    "penstock.data.converters.figure",
    "penstock.profiles.converter",
)

_registered: list[Converter[Any]] = []
_lock = threading.Lock()


def register(converter: Converter[Any]) -> None:
    """Let components take and return the types of `converter`. The one registered last wins, also over built-ins.

    Call it where the component's types are defined: it must have happened both where the pipeline is compiled and
    in the worker, and both import that module.
    """
    with _lock:
        known = [other for other in _registered if type(other) is not type(converter)]
        _registered[:] = [converter, *known]


def converter_for(annotation: Any) -> Converter[Any] | None:
    """The converter for `annotation` (a class, or a generic alias of one such as `NDArray[float64]`), or None.

    Nothing heavy is imported: converters compare names over the class's bases. Entry points of the group
    `penstock.converters` are looked up only when nothing else matched.
    """
    origin = get_origin(annotation)
    cls = origin if isinstance(origin, type) else annotation
    for converters in (list(_registered), _built_in()):
        for converter in converters:
            if converter.matches(cls):
                return converter
    if not isinstance(cls, type) or cls.__module__ == "builtins":
        return None
    return next((converter for converter in _installed() if converter.matches(cls)), None)


def converters() -> list[Converter[Any]]:
    """Every converter known here: registered, built-in, installed."""
    return [*_registered, *_built_in(), *_installed()]


@cache
def _built_in() -> tuple[Converter[Any], ...]:
    return tuple(converter for module in _BUILT_IN_MODULES for converter in import_module(module).CONVERTERS)


@cache
def _installed() -> tuple[Converter[Any], ...]:
    """Each entry point names a `Converter` class, or an instance of one."""
    from importlib.metadata import entry_points  # 30 ms, for what most never need

    found = (point.load() for point in entry_points(group=ENTRY_POINT_GROUP))
    return tuple(item() if isinstance(item, type) else item for item in found)
