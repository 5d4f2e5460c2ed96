"""Ready components, and the reference pipelines made of them. Names are looked up when first used.

No module here is called like one of the names: importing it would put the module in the name's place.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.components.evaluation import evaluate
    from penstock.components.explanation import explain

_HOMES = {
    "penstock.components.evaluation": ("evaluate",),
    "penstock.components.explanation": ("explain",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "evaluate",
    "explain",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
