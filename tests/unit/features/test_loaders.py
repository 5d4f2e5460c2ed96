"""The guide's PyTorch loader, where PyTorch is installed: it is in no extra, and large."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.preprocessing import StandardScaler

from docs.code_blocks import blocks
from penstock.features import fit

PAGE = Path(__file__).resolve().parents[3] / "docs/guides/features.md"


def test_the_loader_of_the_guide_gives_every_row_as_tensors(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed: `make test-torch` brings it")
    [block] = [each for each in blocks(PAGE) if each.title == "loader.py"]
    made: dict[str, Any] = {"__name__": "loader"}
    exec(block.body, made)
    guide = SimpleNamespace(**made)
    table = pa.table({"x": [1.0, 2.0, 3.0, 4.0, 5.0], "y": [0, 1, 0, 1, 1]})
    pq.write_table(table, tmp_path / "rows.parquet")
    fitted = fit(StandardScaler(), table, columns=["x"])
    found = list(guide.loader(tmp_path / "rows.parquet", fitted, "y", size=2))
    assert [tuple(X.shape) for X, _ in found] == [(2, 1), (2, 1), (1, 1)]
    assert [value for _, y in found for value in y.tolist()] == [0, 1, 0, 1, 1]
