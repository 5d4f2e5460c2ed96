"""Thresholds of trees in float32 that decide as those in float64 do, for every float32 value.

`x <= t` holds for a float32 `x` exactly if `x` is at most the largest float32 that is not above `t`. Converters round
to the nearest instead, which may be above: rows that lie on it go the other way, without a word.
"""

import re
from copy import copy, deepcopy
from typing import Any

import numpy as np


def with_float32_thresholds(estimator: Any, name: str) -> Any:
    """A copy of an estimator that decides the same, whose thresholds are float32 numbers; itself where it need not."""
    if name.startswith("sklearn.HistGradientBoosting"):
        lowered = deepcopy(estimator)
        for stage in lowered._predictors:
            for predictor in stage:
                predictor.nodes["num_threshold"] = floor_float32(predictor.nodes["num_threshold"])
        return lowered
    if name.startswith("lightgbm."):
        from lightgbm import Booster

        lowered = copy(estimator)
        text = re.sub(r"(?m)^threshold=(.*)$", _lower_line, estimator.booster_.model_to_string())
        text = re.sub(r"(?m)^tree_sizes=.*\n", "", text)  # in bytes, which are others now; LightGBM reads on without
        lowered._Booster = Booster(model_str=text)
        return lowered
    return estimator


def floor_float32(values: Any) -> np.ndarray[Any, Any]:
    """The largest float32 that is not above each float64, as float64."""
    exact = np.asarray(values, dtype=np.float64)
    with np.errstate(over="ignore"):
        nearest = exact.astype(np.float32)
    below = np.nextafter(nearest, np.float32(-np.inf))
    return np.where(nearest > exact, below, nearest).astype(np.float64)


def _lower_line(line: "re.Match[str]") -> str:
    numbers = floor_float32([float(number) for number in line[1].split()])
    return "threshold=" + " ".join(repr(float(number)) for number in numbers)
