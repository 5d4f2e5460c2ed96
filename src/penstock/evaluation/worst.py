"""The rows that a model is most wrong about: where looking for what is missing begins."""

import numpy as np
from numpy.typing import NDArray

from penstock.core.json import Json
from penstock.evaluation.binary import BinarySample
from penstock.evaluation.judged import Judged
from penstock.evaluation.multiclass import MulticlassSample
from penstock.evaluation.numbers import NumberSample
from penstock.evaluation.parts import WorstRow
from penstock.evaluation.resampling import Floats
from penstock.evaluation.table import rows_at
from penstock.evaluation.values import plain_row, plain_value
from penstock.features.source import Source

MOST = 20


def losses_of(judged: Judged) -> Floats:
    """How wrong the model is about each row."""
    losses = judged.sample.losses
    if isinstance(judged.sample, NumberSample):
        return losses["mae"]
    return losses["log_loss"] if "log_loss" in losses else 1 - losses["accuracy"]


def worst_places(judged: Judged, most: int = MOST) -> NDArray[np.intp]:
    """The places of the rows with the largest losses, the worst first; none that is right."""
    losses = losses_of(judged)
    order: NDArray[np.intp] = np.argsort(-losses, kind="stable")[:most]
    if isinstance(judged.sample, NumberSample):
        return order[losses[order] > 0]
    wrong = np.asarray(judged.sample.truth != judged.sample.predicted)
    return np.asarray(order[wrong[order]])


def worst_rows(source: Source, judged: Judged, places: NDArray[np.intp]) -> list[WorstRow]:
    """These rows, with what went in and what came out."""
    rows = rows_at(source, judged.inputs, judged.positions[places])
    losses = losses_of(judged)
    return [
        WorstRow(
            row=int(judged.positions[place]),
            loss=float(f"{losses[place]:.6g}"),
            truth=_said(judged, int(place), predicted=False),
            predicted=_said(judged, int(place), predicted=True),
            values=plain_row(rows.iloc[number]),
        )
        for number, place in enumerate(places)
    ]


def _said(judged: Judged, place: int, *, predicted: bool) -> Json:
    sample = judged.sample
    value = (sample.predicted if predicted else sample.truth)[place]
    if isinstance(sample, BinarySample):
        other = next((name for name in judged.classes if name != judged.positive), None)
        return judged.positive if value else other
    return judged.classes[int(value)] if isinstance(sample, MulticlassSample) else plain_value(value)
