"""Penstock carries machine learning from a notebook to production and keeps it healthy there.

What an author needs is here; the rest is in the packages below. Names are looked up when first used, so that
`import penstock` does no work.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from penstock.client.tracking import log_metric, log_metrics, log_params, log_tags
    from penstock.data import HTML, JSON, Artifact, Markdown, Metrics, Text
    from penstock.data.converter import Converter
    from penstock.dsl import (
        Cache,
        Concat,
        ContainerSpec,
        IfPresent,
        Output,
        Retry,
        TaskFinalStatus,
        approval,
        collect,
        component,
        container_component,
        each,
        elsewhen,
        on_exit,
        one_of,
        otherwise,
        pipeline,
        when,
    )
    from penstock.models.model import Model
    from penstock.models.registered import load_model

_HOMES = {
    "penstock.dsl": (
        "Cache",
        "Concat",
        "ContainerSpec",
        "IfPresent",
        "Output",
        "Retry",
        "TaskFinalStatus",
        "approval",
        "collect",
        "component",
        "container_component",
        "each",
        "elsewhen",
        "on_exit",
        "one_of",
        "otherwise",
        "pipeline",
        "when",
    ),
    "penstock.data": ("HTML", "JSON", "Artifact", "Markdown", "Metrics", "Text"),
    "penstock.data.converter": ("Converter",),
    "penstock.models.model": ("Model",),
    "penstock.models.registered": ("load_model",),
    "penstock.client.tracking": ("log_metric", "log_metrics", "log_params", "log_tags"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "HTML",
    "JSON",
    "Artifact",
    "Cache",
    "Concat",
    "ContainerSpec",
    "Converter",
    "IfPresent",
    "Markdown",
    "Metrics",
    "Model",
    "Output",
    "Retry",
    "TaskFinalStatus",
    "Text",
    "__version__",
    "approval",
    "collect",
    "component",
    "container_component",
    "each",
    "elsewhen",
    "load_model",
    "log_metric",
    "log_metrics",
    "log_params",
    "log_tags",
    "on_exit",
    "one_of",
    "otherwise",
    "pipeline",
    "when",
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
