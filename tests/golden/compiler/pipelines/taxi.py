"""From rows to a model, with named outputs, options and an input file."""

from dataclasses import dataclass
from pathlib import Path

from penstock.data import JSON, Metrics
from penstock.dsl import component, pipeline


@dataclass
class Halves:
    train: JSON
    test: JSON


@component
def load(source: Path) -> JSON: ...


@component(cache=False)
def split(rows: JSON, share: float = 0.2) -> Halves: ...


@component(cpu=2, memory="2G", gpu=1, retries=2, timeout="10m", env={"OMP_NUM_THREADS": "2"})
def train(rows: JSON, target: str, learning_rate: float = 0.1) -> JSON: ...


@component
def evaluate(model: JSON, rows: JSON, target: str) -> Metrics: ...


@pipeline(name="Taxi tips")
def taxi(city: str, source: Path = Path("trips.csv"), learning_rate: float = 0.1) -> Metrics:
    """Will a passenger tip?"""
    rows = load(source)
    train_rows, test_rows = split(rows)
    model = train(train_rows, target="tip", learning_rate=learning_rate)
    return evaluate(model, test_rows, f"tip in {city}")
