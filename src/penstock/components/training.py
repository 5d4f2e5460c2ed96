"""Training as a pipeline, from rows to a version in production: schema, outliers, split, training, evaluation, gate."""

from collections.abc import Callable
from typing import Any, NamedTuple

from penstock.components.evaluation import evaluate
from penstock.components.gating import gate
from penstock.components.outlying import drop_outliers
from penstock.components.registration import register
from penstock.components.schemas import check_schema, infer_schema
from penstock.components.splits import group_split, random_split, time_split
from penstock.components.verdict import Verdict
from penstock.data.schema import TableSchema
from penstock.data.values import Markdown
from penstock.dsl.trace import need_trace
from penstock.evaluation import Evaluation
from penstock.models import Model


class Training(NamedTuple):
    """A model, all that was found out about it, and what became of it."""

    model: Model
    schema: TableSchema
    """What the rows looked like: hold later ones to it."""
    anomalies: Markdown
    """What in the rows did not fit."""
    evaluation: Evaluation
    verdict: Verdict
    version: str
    """Its name and number, such as `taxi/3`."""
    promoted: bool
    reason: str


def train_and_promote(
    fit: Callable[[Any], Any],
    rows: Any,
    target: str,
    *,
    name: str,
    reference: Any = None,
    tolerance: float = 0.01,
    outliers: list[str] | None = None,
    test: float = 0.2,
    split_by_time: str = "",
    split_by_group: str = "",
    seed: int = 0,
    slices: list[str] | None = None,
    sensitive: list[str] | None = None,
    positive: str = "",
    beats: str | None = "champion",
    metric: str = "",
    margin: float = 0.0,
    significance: float = 0.05,
    max_fairness_gap: float | None = None,
    fairness: str = "",
    max_size: str = "",
    max_latency: str = "",
    max_memory: str = "",
    approval: str = "",
    promote_to: str = "champion",
    replay: bool = True,
    trust: bool = False,
    **limits: float,
) -> Training:
    """Train a model, judge it, and have it take the champion's place if a gate lets it. To be called in a pipeline.

    ```python
    @pipeline
    def churn(customers: Path, rate: float = 0.1) -> Training:
        rows = read_csv(customers).rows
        return train_and_promote(
            lambda part: train(part, rate), rows, "left", name="churn", split_by_time="month", min_auc=0.7
        )
    ```

    Args:
        fit: Places the training, as for `cross_validate`: gives the model's handle for the handle of its rows.
        rows: The table, with the target.
        target: The column to predict.
        name: What the model is registered as.
        reference: Rows that are known to be good, which say what others have to look like; `rows` themselves, if not
            given.
        tolerance: What does not fit that concerns at most this share of the rows is reported, and no reason to fail.
        outliers: Columns by which rows are left out whose value is far from the others; none, if not given.
        test: The share of the rows that judges.
        split_by_time: The column of times: the model is judged by what came last.
        split_by_group: The column of what belongs together, such as the customer: never on both sides.
        seed: Of the split, where it is by chance.
        slices: Columns by whose values to evaluate too.
        sensitive: Columns of groups that should be treated alike.
        positive: Of two classes the one that is looked for, where their names do not say it.
        beats: As for `gate`.
        metric: As for `gate`.
        margin: As for `gate`.
        significance: As for `gate`.
        max_fairness_gap: As for `gate`.
        fairness: As for `gate`.
        max_size: As for `gate`.
        max_latency: As for `gate`.
        max_memory: As for `gate`.
        approval: As for `gate`.
        promote_to: The alias that the model gets if it passed.
        replay: Whether its package is loaded in a clean environment before.
        trust: As for `gate`.
        **limits: As for `gate`: `min_auc=0.7`.

    Raises:
        OutsidePipeline: It was called elsewhere.
        ValueError: Both ways to split were asked for.
    """
    need_trace("components.train_and_promote")
    schema = infer_schema(rows if reference is None else reference)
    checked = check_schema(rows, schema, tolerance=tolerance)
    believed = checked.rows if outliers is None else drop_outliers(checked.rows, columns=outliers).rows
    if split_by_time and split_by_group:
        raise ValueError("rows are split by time or by group: pass `split_by_time=` or `split_by_group=`, not both")
    if split_by_time:
        parts = time_split(believed, split_by_time, test=test)
    elif split_by_group:
        parts = group_split(believed, split_by_group, test=test, seed=seed)
    else:
        parts = random_split(believed, test=test, seed=seed)
    model = fit(parts.train)
    evaluation = evaluate(model, parts.test, target, slices=slices, sensitive=sensitive, positive=positive, trust=trust)
    verdict = gate(
        model,
        parts.test,
        target,
        name=name,
        beats=beats,
        metric=metric,
        margin=margin,
        significance=significance,
        positive=positive,
        sensitive=() if sensitive is None else sensitive,
        max_fairness_gap=max_fairness_gap,
        fairness=fairness,
        max_size=max_size,
        max_latency=max_latency,
        max_memory=max_memory,
        approval=approval,
        trust=trust,
        **limits,
    )
    outcome = register(model, name, verdict, evaluation, promote_to=promote_to, replay=replay, trust=trust)
    return Training(
        model,
        schema,
        checked.anomalies,
        evaluation,
        verdict,
        outcome.version,
        outcome.promoted,
        outcome.reason,
    )
