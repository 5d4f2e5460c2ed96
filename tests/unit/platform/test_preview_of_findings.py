"""What is shown of an evaluation or of checks: words and tables, not the numbers that figures are drawn from."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from penstock.artifacts.local import LocalArtifactStore
from penstock.core.ids import ArtifactId
from penstock.data import classify
from penstock.data.types import ArtifactUse
from penstock.evaluation import Predicted, check_data, evaluate
from penstock.metadata.records import Artifact
from penstock.platform.loading import load_artifact
from penstock.platform.report.preview import preview

TABLE = pd.DataFrame({"said": np.arange(60) % 3 == 0, "true": np.arange(60) % 4 == 0})


def _stored(value: Any, root: Path) -> tuple[LocalArtifactStore, Artifact]:
    store = LocalArtifactStore(root)
    use = classify(type(value))
    assert isinstance(use, ArtifactUse)
    assert use.converter is not None
    facts = use.converter.save(value, root / "value.json")
    kept = store.put(root / "value.json", "value.json")
    metadata = {**facts, "kind": use.kind}
    record = Artifact(
        artifact_id=ArtifactId("a1"),
        name="found",
        type=use.schema_title,
        uri=kept.uri,
        metadata=metadata,
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    return store, record


def test_an_evaluation_is_shown_as_tables_and_loaded_without_being_told_its_type(tmp_path: Path) -> None:
    found = evaluate(Predicted("said"), TABLE, "true", bootstrap=0, explain=False)
    store, record = _stored(found, tmp_path)
    shown = preview(store, record)
    assert shown.kind == "markdown"
    assert "| Accuracy |" in shown.text
    assert load_artifact(store.path(record.uri), record.metadata) == found


def test_checks_are_shown_with_what_they_found(tmp_path: Path) -> None:
    found = check_data(TABLE, rows=(100, None))
    store, record = _stored(found, tmp_path)
    assert "| ✗ | at least 100 rows | there are 60 |" in preview(store, record).text
    assert load_artifact(store.path(record.uri), record.metadata) == found


def test_bytes_that_are_none_show_nothing(tmp_path: Path) -> None:
    store, record = _stored(check_data(TABLE), tmp_path)
    (tmp_path / "other.json").write_text("{}")
    kept = store.put(tmp_path / "other.json", "other.json")
    import msgspec

    assert preview(store, msgspec.structs.replace(record, uri=kept.uri)).kind == "none"
