"""How much does the model of big tips depend on which companies it has seen?

Five folds, each with the trips of companies that the others lack:

    penstock run examples/taxi/cross_validation.py
"""

from pathlib import Path

import features
from penstock import pipeline
from penstock.components import CrossValidation, cross_validate
from pipeline import TRIPS, derive_inputs, drop_outliers, label, load, train


@pipeline
def companies(source: Path = TRIPS, learning_rate: float = 0.1, folds: int = 5) -> CrossValidation:
    """Train on the trips of four fifths of the companies, judge by those of the rest, for each fifth."""
    trips = derive_inputs(drop_outliers(label(load(source))))
    return cross_validate(
        lambda part: train(part, features.TARGET, learning_rate),
        trips,
        features.TARGET,
        folds=folds,
        group="company",
        parallelism=2,
    )
