"""Asking a model about every row that has a target, and finding out what kind of question that is."""

from typing import TYPE_CHECKING, Any

import numpy as np

from penstock.evaluation.asking import Asked, Collected
from penstock.evaluation.classifying import Classified, within_unit
from penstock.evaluation.errors import NothingToEvaluate, UnclearTask, WrongOption
from penstock.evaluation.judged import Judged, Question, Sample
from penstock.evaluation.numbers import NumberSample
from penstock.evaluation.resampling import Floats
from penstock.evaluation.table import batches, read_columns, require
from penstock.features.source import Source

if TYPE_CHECKING:
    import pandas as pd

_TASKS = ("binary", "multiclass", "regression", "forecasting")
_FEW = 20


def judge(model: Any, source: Source, question: Question) -> Judged:
    """Ask a model about every row that has a target.

    Raises:
        NothingToEvaluate: There is no such row.
        ColumnsMissing: A column is named that is not there.
        UnusablePredictions: An answer is no prediction.
        UnclearTask: It cannot be told what is asked.
    """
    asked = Asked(model)
    target = question.target
    require(source, [target], "`target=`")
    facts = read_columns(source, [target, *question.kept, *([question.weights] if question.weights else [])])
    present = facts[target].notna().to_numpy(dtype=bool)
    if not present.any():
        raise NothingToEvaluate(dataset=source.title, target=target, rows=len(facts))
    without = [target, *question.others, *([question.weights] if question.weights else [])]
    inputs = asked.inputs(source.names, without)
    require(source, inputs, "the model")
    total = len(facts)
    facts = facts[present].reset_index(drop=True)
    made = {
        "inputs": inputs,
        "facts": facts,
        "positions": np.flatnonzero(present),
        "total": total,
        "weights": _weights(facts, question.weights),
    }
    notes = [f"{total - len(facts)} of {total} rows have no `{target}` and are left out"] if len(facts) < total else []
    task = _task(asked, source, question, facts[target], inputs, present)
    if task in ("regression", "forecasting"):
        for option in ("threshold", "positive"):
            if getattr(question, option) is not None:
                value = repr(getattr(question, option))
                raise WrongOption(option=option, value=value, reason="numbers are predicted, and there are no classes")
        sample: Sample = _numbers(asked, source, question, made, present)
        return Judged(task=task, sample=sample, notes=notes, **made)  # type: ignore[arg-type]
    return Classified(asked, source, question, task, made, present, notes).judged()


def _weights(facts: "pd.DataFrame", column: str | None) -> Floats | None:
    if column is None:
        return None
    weights = facts[column].to_numpy(dtype=np.float64, na_value=np.nan)
    if not (np.isfinite(weights) & (weights >= 0)).all() or weights.sum() <= 0:
        reason = "weights must be finite, at least 0, and not all 0"
        raise WrongOption(option="weights", value=repr(column), reason=reason)
    return np.asarray(weights)


def _task(
    asked: Asked, source: Source, question: Question, truth: "pd.Series[Any]", inputs: list[str], present: Any
) -> str:
    """What kind of question the target asks; the caller, the model and the data are asked, in that order."""
    import pandas as pd

    if question.task is not None:
        if question.task not in _TASKS:
            raise WrongOption(option="task", value=repr(question.task), reason=f"it is one of {', '.join(_TASKS)}")
        return question.task
    if asked.task is not None:
        return asked.task
    if not pd.api.types.is_numeric_dtype(truth) or pd.api.types.is_bool_dtype(truth):
        return "classification"
    values = set(truth.unique().tolist())
    first = asked.labels(next(batches(source, inputs, present, 200)))
    if first.dtype.kind in "OUSb":
        return "classification"
    whole = values <= set(range(_FEW)) or len(values) <= 2
    numbers = first.astype(np.float64)
    if whole and (set(np.unique(numbers).tolist()) <= values or (len(values) <= 2 and within_unit(numbers))):
        return "classification"
    return "regression"


def _numbers(asked: Asked, source: Source, question: Question, made: dict[str, Any], present: Any) -> NumberSample:
    try:
        truth = made["facts"][question.target].to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as error:
        reason = f"`{question.target}` should be a number, but {error}"
        raise UnclearTask(reason=reason, advice="judge classes with `task='multiclass'`") from None
    if not np.isfinite(truth).all():
        count = int((~np.isfinite(truth)).sum())
        reason = f"`{question.target}` is infinite in {count} rows"
        raise UnclearTask(reason=reason, advice="remove these rows, or see where they come from")
    collected, answers = Collected(made["positions"]), []
    for rows in batches(source, made["inputs"], present):
        answers.append(collected.checked_numbers(asked.labels(rows)))
        collected.advance(len(rows))
    if question.quantile is not None and not 0 < question.quantile < 1:
        raise WrongOption(option="quantile", value=str(question.quantile), reason="it is not between 0 and 1")
    return NumberSample(truth, np.concatenate(answers), question.quantile)
