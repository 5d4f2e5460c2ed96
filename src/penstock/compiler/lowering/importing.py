"""Importer tasks: they take in artifacts from elsewhere, where a pipeline says only the place."""

from penstock.compiler.lowering.drafts import DagDraft, Source, TaskDraft
from penstock.compiler.lowering.library import Library
from penstock.data.types import ArtifactUse
from penstock.dsl.naming import fit_name
from penstock.ir.spec import CachingOptions, TaskInputParameter, ValueOrRuntimeParameter


class Names:
    """The names of the tasks of one pipeline: each is given once."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken
        self._groups = 0

    def free(self, base: str) -> str:
        """`base`, or `base-2` and so on where it is taken."""
        name, number = base, 1
        while name in self._taken:
            number += 1
            name = f"{base}-{number}"
        self._taken.add(name)
        return name

    def group(self, kind: str) -> str:
        """The name of the next scope: `for-loop-3`. Scopes of all kinds are counted together, as in Kubeflow."""
        self._groups += 1
        name = f"{kind}-{self._groups}"
        if name in self._taken:
            return self.group(kind)
        self._taken.add(name)
        return name


class Importers:
    """The importer tasks of one graph."""

    def __init__(self, names: Names, library: Library) -> None:
        self._names = names
        self._library = library
        self._known: dict[tuple[int, str, str], Source] = {}

    def of_input(self, dag: DagDraft, name: str, use: ArtifactUse) -> Source:
        """The pipeline's input artifact `name`; a parameter of that name says where it is."""
        place = TaskInputParameter(component_input_parameter=name)
        return self._add(dag, fit_name(name, "input"), use, place, None)

    def of_place(self, dag: DagDraft, path: str, use: ArtifactUse) -> Source:
        """What lies at `path`, which is written in the pipeline; each DAG imports it once."""
        key = (id(dag), use.schema_title, path)
        if key not in self._known:
            place = TaskInputParameter(runtime_value=ValueOrRuntimeParameter(constant=path))
            self._known[key] = self._add(dag, "importer", use, place, path)
        return self._known[key]

    def _add(
        self, dag: DagDraft, base: str, use: ArtifactUse, place: TaskInputParameter, constant: str | None
    ) -> Source:
        task = dag.add(TaskDraft(name=self._names.free(base), caching=CachingOptions(enable_cache=True)))
        task.component = self._library.importer_of(use.schema_title, constant)
        task.parameters["uri"] = place
        return Source(task.name, "artifact", True)
