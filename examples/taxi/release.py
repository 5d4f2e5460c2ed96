"""A model of big tips that goes to production, if it is better than the one that is there.

Everything up to the model is the pipeline beside this one. Then a gate judges it, and the registry keeps it, with the
verdict; what passed is the champion from then on:

    penstock run examples/taxi/release.py --param learning_rate=0.1
    penstock models history taxi
"""

from pathlib import Path
from typing import NamedTuple

import features
from penstock import pipeline
from penstock.components import Verdict, gate, register
from pipeline import TRIPS, taxi


class Release(NamedTuple):
    """What became of a model."""

    verdict: Verdict
    version: str
    promoted: bool
    reason: str


@pipeline
def release(source: Path = TRIPS, learning_rate: float = 0.1, min_auc: float = 0.6) -> Release:
    """Train a model of big tips, and have it take the champion's place if it answers better, on the same trips."""
    trained = taxi(source, learning_rate)
    verdict = gate(
        trained.model,
        trained.test,
        features.TARGET,
        name="taxi",
        min_auc=min_auc,
        beats="champion",
        metric="log_loss",
        max_latency="1s",
        max_size="20M",
    )
    outcome = register(trained.model, "taxi", verdict, replay_budget=60)
    return Release(verdict, outcome.version, outcome.promoted, outcome.reason)
