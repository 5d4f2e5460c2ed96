"""Gates: a model goes on only if it is good enough, fair, small and fast enough, and better than what is there."""

import logging
from typing import Any, NamedTuple

import polars as pl

from penstock.components.judgement import Demands, judge_model
from penstock.components.limits import read_limits, write_limits
from penstock.components.registered import find_champion
from penstock.components.signing import signed_verdict
from penstock.components.verdict import Verdict
from penstock.core.json import Json
from penstock.data.values import Markdown
from penstock.dsl import component
from penstock.models import Model

logger = logging.getLogger(__name__)


class Judgement(NamedTuple):
    """What a gate says."""

    verdict: Verdict
    passed: bool
    evidence: dict[str, Json]
    """The verdict's reasons and figures, for whoever is to approve."""
    report: Markdown


def gate(
    model: Model,
    data: Any,
    target: str,
    *,
    name: str,
    beats: str | None = "champion",
    metric: str = "",
    margin: float = 0.0,
    significance: float = 0.05,
    positive: str = "",
    sensitive: list[str] | tuple[str, ...] = (),
    max_fairness_gap: float | None = None,
    fairness: str = "",
    max_size: str = "",
    max_latency: str = "",
    max_memory: str = "",
    approval: str = "",
    trust: bool = False,
    **limits: float,
) -> Verdict:
    """Judge whether a model may go on.

    ```python
    verdict = gate(model, test, "big_tip", name="taxi", min_auc=0.7, max_latency="20ms", approval="model-validator")
    version = register(model, "taxi", verdict)
    ```

    In a pipeline, a task (and one that waits for a person, with `approval`). Elsewhere the judgement itself.

    Args:
        model: The challenger.
        data: Rows that neither model has learned from.
        target: The column that it predicts.
        name: The registered model that it would be a version of.
        beats: The alias of the version that it has to be better than, on the same rows; None for no comparison. While
            there is no such version, the first model passes.
        metric: What better means; by default `auc` of two classes, `accuracy` of more, `mae` of numbers.
        margin: Better by more than so much, in units of the metric.
        significance: How probable it may be that a challenger which is no better passes.
        positive: Of two classes the one that is looked for, where their names do not say it: `">50K"`.
        sensitive: Columns whose groups should be treated alike.
        max_fairness_gap: How far apart the groups of each of them may be.
        fairness: In what: `demographic_parity_difference` if not given, `equalized_odds_difference`, …: see `evaluate`.
        max_size: Of the package on disk, such as `"50M"`.
        max_latency: The median time that a single row takes in the worker, such as `"20ms"`.
        max_memory: What a fresh process holds at most while it loads the model and predicts, such as `"1G"`.
        approval: The role of a person who has to approve what passed, such as `"model-validator"`.
        trust: Whether the originals of both models may be loaded whatever they are, also classes of the author's own,
            which come with their packages: that runs their code.
        **limits: `min_…` and `max_…` of any metric of `evaluate`, such as `min_auc=0.7`.

    Raises:
        UnknownLimit: A limit is on nothing that there is.
    """
    judged = judge(
        model,
        data,
        target,
        name,
        write_limits(limits),
        beats,
        metric,
        margin,
        significance,
        positive,
        list(sensitive) if isinstance(sensitive, tuple) else sensitive,
        max_fairness_gap,
        fairness,
        max_size,
        max_latency,
        max_memory,
        trust,
    )
    return signed_verdict(judged, name, approval) if approval else judged.verdict


@component(name="gate", cache=False)
def judge(
    model: Model,
    data: pl.DataFrame,
    target: str,
    name: str,
    limits: str = "",
    beats: str | None = "champion",
    metric: str = "",
    margin: float = 0.0,
    significance: float = 0.05,
    positive: str = "",
    sensitive: list[str] = [],  # noqa: B006 - never changed
    max_fairness_gap: float | None = None,
    fairness: str = "",
    max_size: str = "",
    max_latency: str = "",
    max_memory: str = "",
    trust: bool = False,
) -> Judgement:
    """Judge a model by rows that it has not seen; see `gate`. Not cached, for it looks at the registry."""
    demands = Demands(
        limits=read_limits(limits),
        beats=beats or "",
        metric=metric,
        margin=margin,
        significance=significance,
        positive=positive,
        sensitive=list(sensitive),
        max_fairness_gap=max_fairness_gap,
        fairness=fairness,
        max_size=max_size,
        max_latency=max_latency,
        max_memory=max_memory,
    )
    verdict = judge_model(
        model.trusted() if trust else model,
        data,
        target,
        name,
        demands,
        lambda name, alias: find_champion(name, alias, trust=trust),
    )
    logger.info("%s", verdict)
    return Judgement(verdict, verdict.passed, verdict.evidence(), Markdown(verdict.markdown()))
