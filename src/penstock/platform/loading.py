"""Which type to load an artifact as where nobody says: what its producer returned, or the usual one of its kind."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from penstock.core.json import Json
from penstock.data import classify
from penstock.data.registry import converters
from penstock.data.transfer import load_value
from penstock.data.types import ArtifactUse

USUAL: dict[str, tuple[str, ...]] = {
    "table": ("polars:DataFrame", "polars:LazyFrame", "pandas:DataFrame", "pyarrow:Table"),
    "array": ("numpy:ndarray",),
    "model": ("sklearn.base:BaseEstimator", "penstock:Model", "xgboost:Booster", "lightgbm:Booster"),
    "json": ("penstock.data:JSON",),
    "text": ("penstock.data:Text",),
    "html": ("penstock.data:HTML",),
    "markdown": ("penstock.data:Markdown",),
    "metrics": ("penstock.data:Metrics",),
    "classification-metrics": ("penstock.data:ClassificationMetrics",),
    "plotly": ("plotly.graph_objects:Figure",),
    "evaluation": ("penstock.evaluation:Evaluation",),
    "checks": ("penstock.evaluation:Checked",),
}
"""By the kind of bytes the types to choose from: the one that the producer returned, else the first that is installed.

Only these are ever looked up by name: what an artifact's metadata say is not imported.
"""


def load_artifact(
    path: Path, metadata: Mapping[str, Json], annotation: Any = None, *, name: str = "", type: str = "", uri: str = ""
) -> Any:
    """Load an artifact's bytes as a value.

    Args:
        path: Where they are.
        metadata: The artifact's.
        annotation: The type to load, as a component would declare it; None chooses by what is stored.
        name: The artifact's name.
        type: The artifact's schema title.
        uri: Where it is stored.

    Returns:
        The value. A JSON document comes as plain lists and dicts; bytes that no type is known for, as a `Path`.

    Raises:
        UnknownType: `annotation` is no type that an artifact can be loaded as.
        ConversionError: The bytes are of another kind.
    """
    chosen = annotation if annotation is not None else usual_type(metadata)
    if chosen is None:
        return path
    use = classify(chosen)
    if not isinstance(use, ArtifactUse):
        use = _as_file(chosen)
    value = load_value(path, use, metadata, name=name, uri=uri, schema_title=type or "system.Artifact")
    return value.value if annotation is None and metadata.get("kind") == "json" else value


def usual_type(metadata: Mapping[str, Json]) -> Any:
    """The type to load where nobody says; None if only the path makes sense."""
    kind = str(metadata.get("kind", ""))
    if kind == "file":  # `Path` and `bytes` are kept alike
        return bytes if metadata.get("python_type") == "builtins.bytes" else None
    if metadata.get("flavour") == "pytorch":  # any class may be a module there, and the program is of none of them
        return resolve_name("penstock:Model")
    names = [name for name in USUAL.get(kind, ()) if find_spec(name.partition(":")[0].partition(".")[0])]
    if names:
        returned = metadata.get("python_type")
        return resolve_name(next((name for name in names if name.replace(":", ".") == returned), names[0]))
    for converter in converters():
        if kind and converter.kind == kind and converter.readable and kind not in USUAL:
            return resolve_name(_importable(converter.type_names[0]))
    return None


def _importable(full_name: str) -> str:
    module, _, name = full_name.rpartition(".")
    return f"{module}:{name}"


def _as_file(annotation: Any) -> ArtifactUse:
    """A parameter's type was asked for: say so as the converters would."""
    from penstock.data.errors import UnknownType
    from penstock.data.naming import type_name

    raise UnknownType(
        annotation=type_name(annotation),
        reason="that is the type of a parameter, and this is an artifact",
        advice="load it as a table, a model, … or take its `path`",
    )
