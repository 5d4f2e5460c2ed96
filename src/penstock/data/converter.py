"""The one class to write so that components can take and return a new type."""

from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from penstock.core.json import Json

T = TypeVar("T")


class Converter(Generic[T]):
    """Turns values of one Python type into an artifact's bytes and back.

    Subclass it, fill in the class variables, write `save` and `load`, and `register` an instance:

    ```python
    class GraphConverter(Converter[nx.Graph]):
        type_names = ("networkx.classes.graph.Graph",)
        kind = "graph"
        schema_title = "system.Artifact"
        suffix = ".graphml"

        def save(self, value, target): nx.write_graphml(value, target); return {"nodes": len(value)}
        def load(self, source, annotation, metadata): return nx.read_graphml(source)
    ```

    Two converters of the same `kind` read each other's bytes: that is how a component can return a pandas
    frame and the next one take a Polars frame. A module that defines a converter must not import the type's
    library at import time; `save` and `load` may.
    """

    type_names: ClassVar[tuple[str, ...]] = ()
    """Full names (`module.Class`) of the types it converts; subclasses of those are matched too."""
    kind: ClassVar[str] = ""
    """What is on disk: `table`, `array`, `model`, `json`, `text`, … Equal kinds are exchangeable."""
    schema_title: ClassVar[str] = "system.Artifact"
    """The artifact's type in the IR: `system.Dataset`, `system.Model`, `system.Metrics`, `system.HTML`, …"""
    suffix: ClassVar[str] = ""
    """Ending of the stored name, e.g. `.parquet`; empty for folders."""
    imports: ClassVar[tuple[str, ...]] = ()
    """Modules that `save` and `load` import: what a warm worker may load beforehand."""

    def save(self, value: T, target: Path) -> dict[str, Json]:
        """Write `value` at `target` (which does not exist yet): a file, or a folder that this creates.

        Returns:
            Facts worth keeping with the artifact (rows, columns, shape, …): plain JSON, small.

        Raises:
            ConversionError: This value cannot be represented.
        """
        raise NotImplementedError

    def load(self, source: Path, annotation: type[T], metadata: dict[str, Json]) -> T:
        """Read a value of `annotation` from `source`, which is read-only and of this converter's `kind`.

        Raises:
            ConversionError: The bytes are not what they should be.
        """
        raise NotImplementedError

    @property
    def readable(self) -> bool:
        """Whether its bytes become a value again; a converter without `load` only writes, e.g. a figure."""
        return type(self).load is not Converter.load

    def matches(self, annotation: Any) -> bool:
        """Whether `annotation` is one of `type_names` or a subclass of one. Imports nothing."""
        if not isinstance(annotation, type):
            return False
        names = {f"{base.__module__}.{base.__qualname__}" for base in annotation.__mro__}
        return any(name in names for name in self.type_names)
