"""An artifact in Python's hands: where it is, what is known of it, and its value when asked for."""

from pathlib import Path
from typing import Any, TypeVar, overload

from penstock.artifacts.store import ArtifactStore
from penstock.core.ids import ArtifactId
from penstock.ir.document import parse_canonical
from penstock.ir.parameters import with_numbers
from penstock.ir.spec import ComponentOutputs
from penstock.metadata.records import Artifact, Execution
from penstock.metadata.store import MetadataStore
from penstock.platform.report.facts import kind_of, outputs_of
from penstock.platform.report.places import stored_path

T = TypeVar("T")


class ArtifactHandle:
    """One artifact. Nothing of it is read before `load`."""

    def __init__(self, record: Artifact, artifacts: ArtifactStore) -> None:
        self.record = record
        self._artifacts = artifacts

    @property
    def id(self) -> ArtifactId:
        return self.record.artifact_id

    @property
    def schema_title(self) -> str:
        """Its type, e.g. `system.Dataset`."""
        return self.record.type

    @property
    def metadata(self) -> dict[str, Any]:
        return self.record.metadata

    @property
    def path(self) -> Path:
        """Where its bytes are on this machine, to read. Raises `ArtifactMissing` if they are gone."""
        outside = Path(self.record.uri)
        stored = stored_path(self._artifacts, self.record.uri)
        return stored or (outside if outside.exists() else self._artifacts.path(self.record.uri))

    @overload
    def load(self, as_type: None = None, /) -> Any: ...
    @overload
    def load(self, as_type: type[T], /) -> T: ...
    def load(self, as_type: type[Any] | None = None, /) -> Any:
        """The value.

        Args:
            as_type: What to load it as: any type that a component could declare for it, e.g. `pl.LazyFrame`. By
                default what its producer returned, or the usual type of its kind: a Polars frame, an estimator, …

        Raises:
            ConversionError: It cannot be loaded as that.
            ArtifactMissing: Its bytes are gone.
        """
        from penstock.platform.loading import load_artifact

        record = self.record
        return load_artifact(self.path, record.metadata, as_type, name=record.name, type=record.type, uri=record.uri)

    def __repr__(self) -> str:
        return f"<{kind_of(self.record)} {self.record.name!r} {self.id}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: what it is, and a preview. Nothing in it is executed."""
        from penstock.platform.report.gallery import show_preview
        from penstock.platform.report.markup import tag
        from penstock.platform.report.preview import preview

        shown = show_preview(preview(self._artifacts, self.record))
        return tag(
            "div", tag("p", tag("b", self.record.name), f" {kind_of(self.record)} ", tag("code", self.id)), shown or ""
        )


def outputs_by_name(store: MetadataStore, artifacts: ArtifactStore, execution: Execution) -> dict[str, Any]:
    """The outputs of an execution: a parameter as its value, an artifact as a handle, a list of them as a list.

    An optional output that was left out is None.
    """
    given = execution.outputs
    is_plain = not given.artifacts and not any(isinstance(value, str) for value in given.parameters.values())
    declared = ComponentOutputs() if is_plain else _declared(store, execution)
    lists = {name for name, spec in declared.artifacts.items() if spec.is_artifact_list}
    numbers = with_numbers(given.parameters, declared.parameters)
    found: dict[str, Any] = {}
    for output in outputs_of(store, execution):
        handles = [ArtifactHandle(record, artifacts) for record in output.artifacts]
        if not output.is_artifact:
            found[output.name] = numbers.get(output.name, output.value)
        else:
            found[output.name] = handles if output.name in lists or len(handles) > 1 else next(iter(handles), None)
    return found


def only_output(outputs: dict[str, Any]) -> Any:
    """The only one of `outputs`. Raises `LookupError` if there is none, or more than one."""
    if len(outputs) != 1:
        names = ", ".join(outputs) or "none"
        raise LookupError(f"there is not exactly one output, but: {names}; use `.outputs[name]`")
    return next(iter(outputs.values()))


def _declared(store: MetadataStore, execution: Execution) -> ComponentOutputs:
    """The outputs that an execution's component declares."""
    pipeline = parse_canonical(store.spec(store.run(execution.run_id).spec)).pipeline
    component = pipeline.root if execution.parent is None else pipeline.components[execution.component]
    return component.output_definitions
