"""Importing Penstock is cheap: what is heavy is imported where it is used."""

import subprocess
import sys

import pytest

HEAVY = {
    *("duckdb", "fsspec", "matplotlib", "numpy", "pandas", "plotly", "polars", "pyarrow", "pydantic", "rich"),
    *("alembic", "celpy", "cel", "common_expression_language", "sqlalchemy", "yaml"),
    *("kfp", "mlflow", "ray", "scipy", "sklearn", "skops"),
}


@pytest.mark.parametrize("module", ["penstock", "penstock.cli"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    script = f"import {module}, sys; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.split()) == set()
