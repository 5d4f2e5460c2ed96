"""What is in an artifact, in small: the first rows of a table, a picture, the beginning of a text."""

import json
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, field

from penstock.artifacts.store import ArtifactStore
from penstock.metadata.records import Artifact
from penstock.platform.report.places import stored_path

MOST_TEXT = 64_000
MOST_IMAGE = 4_000_000
MOST_COLUMNS = 40
MOST_CELL = 60

IMAGES = {".png": "image/png", ".svg": "image/svg+xml", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
_TEXT_KINDS = {".md": "markdown", ".html": "html", ".htm": "html", ".json": "json"}
_PLAIN = {".txt", ".csv", ".tsv", ".log", ".yaml", ".yml", ".toml", ".py", ".sql", ".ini"}
_BY_KIND = {"text": "text", "markdown": "markdown", "html": "html", "json": "json", "metrics": "json"}
_BY_TYPE = {"system.HTML": "html", "system.Markdown": "markdown", "system.Metrics": "json"}


class Preview(Struct, frozen=True, kw_only=True):
    """What can be shown of an artifact. Everything in it is somebody's data: escape it."""

    kind: Literal["table", "text", "json", "markdown", "html", "image", "folder", "none"]
    text: str = ""
    cut: bool = False
    """Whether there is more than is shown."""
    columns: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    total: int = -1
    """Rows in all; -1 if it is not known."""
    media: str = ""
    """Of an image: its media type."""
    image: bytes = b""


NOTHING = Preview(kind="none")


def preview(artifacts: ArtifactStore, artifact: Artifact, *, rows: int = 10, most_text: int = MOST_TEXT) -> Preview:
    """Look into an artifact; `none` where its bytes are gone, somebody else's, or say nothing to people."""
    path = stored_path(artifacts, artifact.uri)
    if path is None:
        return NOTHING
    try:
        if artifact.metadata.get("kind") == "table" or path.suffix == ".parquet":
            return _table(path, rows)
        if artifact.metadata.get("kind") == "profile":
            return _profile(path)
        if artifact.metadata.get("kind") in ("evaluation", "checks"):
            return _findings(path, str(artifact.metadata["kind"]))
        if path.is_dir():
            return _folder(path)
        if path.suffix in IMAGES:
            return _image(path)
        kind = _text_kind(artifact, path)
        return NOTHING if kind is None else _text(path, kind, most_text)
    except (OSError, ValueError, ImportError):
        return NOTHING


def _text_kind(artifact: Artifact, path: Path) -> Any:
    kind = str(artifact.metadata.get("kind", ""))
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    if artifact.type in _BY_TYPE:
        return _BY_TYPE[artifact.type]
    return _TEXT_KINDS.get(path.suffix.lower()) or ("text" if path.suffix.lower() in _PLAIN else None)


def _text(path: Path, kind: Any, most: int) -> Preview:
    with path.open("rb") as file:
        data = file.read(most + 1)
    text, cut = data[:most].decode(errors="replace"), len(data) > most
    if kind == "json" and not cut:
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return Preview(kind=kind, text=text, cut=cut)


def _image(path: Path) -> Preview:
    if path.stat().st_size > MOST_IMAGE:
        return NOTHING
    return Preview(kind="image", media=IMAGES[path.suffix], image=path.read_bytes())


def _folder(path: Path) -> Preview:
    """The picture in it, if there is one; else what files it has."""
    files = sorted(file for file in path.rglob("*") if file.is_file())
    for suffix in (".svg", ".png"):
        for file in files:
            if file.suffix == suffix and (shown := _image(file)) is not NOTHING:
                return shown
    names = [str(file.relative_to(path)) for file in files[:50]]
    return Preview(kind="folder", text="\n".join(names), cut=len(files) > 50)


def _table(path: Path, rows: int) -> Preview:
    import pyarrow.parquet as parquet

    found = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    total = 0
    columns: list[str] = []
    types: list[str] = []
    cells: list[list[str]] = []
    for file in found:
        with parquet.ParquetFile(file) as opened:
            total += opened.metadata.num_rows
            columns = opened.schema_arrow.names
            types = [str(kind) for kind in opened.schema_arrow.types]
            if len(cells) < rows and opened.metadata.num_rows:
                shown = columns[:MOST_COLUMNS]
                batch = next(opened.iter_batches(batch_size=rows, columns=shown))
                cells += [[cell(row[name]) for name in shown] for row in batch.to_pylist()]
    return Preview(
        kind="table",
        columns=columns[:MOST_COLUMNS],
        types=types[:MOST_COLUMNS],
        rows=cells[:rows],
        total=total,
        cut=total > rows or len(columns) > MOST_COLUMNS,
    )


def _profile(path: Path) -> Preview:
    """A profile as a table, a row for each column."""
    from penstock.profiles import Profile

    seen = Profile.from_json(path.read_bytes())
    rows = []
    for column in seen.columns.values():
        middle = (column.quantile(0.5), column.mean)
        counts = (column.missing + column.nan, column.distinct, column.min, *middle, column.max)
        top = ", ".join(str(each.value) for each in column.top(3)) if column.kind == "text" else ""
        shown = ["" if value is None else cell(value) for value in counts]
        rows.append([cell(column.name), column.type, *shown, cell(top)])
    return Preview(
        kind="table",
        columns=["column", "type", "missing", "different", "smallest", "median", "mean", "largest", "most frequent"],
        types=["", "", "int", "int", "", "", "", "", ""],
        rows=rows,
        total=len(rows),
    )


def _findings(path: Path, kind: str) -> Preview:
    """An evaluation or checks in words and tables, not as the numbers that figures are drawn from."""
    from penstock.evaluation import Checked, Evaluation

    text = path.read_bytes()
    shown = Evaluation.from_json(text).markdown() if kind == "evaluation" else Checked.from_json(text).markdown()
    return Preview(kind="markdown", text=shown)


def cell(value: Any) -> str:
    """A value of a table, short."""
    if value is None:
        return "null"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= MOST_CELL else text[: MOST_CELL - 1] + "…"
