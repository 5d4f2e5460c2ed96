"""What a model was trained on: the data at the beginning of its lineage, and its columns as they were then."""

from typing import TYPE_CHECKING, Any

from penstock.core.errors import PenstockError
from penstock.metadata.lineage import upstream
from penstock.metadata.records import Artifact, EventType
from penstock.metadata.registry import ModelVersion
from penstock.metadata.store import MetadataStore
from penstock.platform.card.parts import Block, Prose, Section, Table
from penstock.platform.report.facts import kind_of
from penstock.platform.report.words import number, shorten, size

if TYPE_CHECKING:
    from penstock.models import Model
    from penstock.profiles import Profile

_MOST_COLUMNS = 200
_MOST_DATA = 20
_STEPS = 30


def data_section(store: MetadataStore, version: ModelVersion, model: "Model | None") -> Section:
    """Where it came from, then its columns."""
    blocks: list[Block] = []
    rows = _sources(store, version)
    if rows:
        blocks.append(Table(heads=["data", "kind", "rows", "columns", "size", "digest"], rows=rows, numbers=_NUMBERS))
    profile = _profile(model)
    if model is not None and profile is not None:
        blocks.append(Prose(f"{profile.rows:,} rows of training, column by column:"))
        blocks.append(_profiled(profile))
    elif model is not None and model.signature.inputs:
        columns = [[column.name, column.type] for column in model.signature.inputs[:_MOST_COLUMNS]]
        blocks.append(Table(heads=["column", "type"], rows=columns))
    return Section("Data", blocks)


_NUMBERS = frozenset({2, 3, 4})


def _sources(store: MetadataStore, version: ModelVersion) -> list[list[str]]:
    """The data that the model's task took; those at the very beginning come last."""
    if version.artifact_id is None:
        return []
    found = upstream(store, [version.artifact_id], depth=_STEPS)
    produced = {edge.artifact_id for edge in found.edges if edge.type is EventType.OUTPUT}
    took = {edge.artifact_id for edge in found.edges if (edge.run_id, edge.path) == (version.run_id, version.path)}
    wanted = [
        artifact
        for artifact in found.artifacts.values()
        if artifact.artifact_id != version.artifact_id
        and (artifact.artifact_id in took or artifact.artifact_id not in produced)
    ]
    return [_source(artifact) for artifact in wanted[:_MOST_DATA]]


def _source(artifact: Artifact) -> list[str]:
    known = artifact.metadata
    columns: Any = known.get("columns")
    count = len(columns) if isinstance(columns, list | dict) else columns
    return [
        artifact.name,
        kind_of(artifact),
        _count(known.get("rows")),
        _count(count),
        size(artifact.size),
        shorten((artifact.digest or "").removeprefix("sha256:"), 13),
    ]


def _count(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else ""


def _profile(model: "Model | None") -> "Profile | None":
    try:
        return None if model is None else model.profile
    except PenstockError:
        return None


def _profiled(profile: "Profile") -> Table:
    from penstock.profiles.report.charts import sparkline

    rows, pictures = [], []
    for column in list(profile.columns.values())[:_MOST_COLUMNS]:
        is_number = column.kind in ("number", "time")
        empty = column.missing + column.nan
        frequent = "" if is_number else ", ".join(str(item.value) for item in column.top(3))
        rows.append(
            [
                column.name,
                column.type,
                f"{empty / column.rows:.1%}" if column.rows else "",
                f"{column.distinct:,}",
                _value(column.min) if is_number else "",
                _value(column.mean) if column.kind == "number" else "",
                _value(column.max) if is_number else shorten(frequent, 60),
            ]
        )
        pictures.append(sparkline(column))
    heads = ["column", "type", "missing", "distinct", "least", "mean", "most, or most often"]
    return Table(heads=heads, rows=rows, numbers=frozenset({2, 3, 4, 5}), pictures=pictures)


def _value(value: Any) -> str:
    if value is None:
        return ""
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
