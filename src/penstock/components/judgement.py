"""Judging one model: each demand becomes a check of the verdict, with what was found and what was asked for."""

from collections.abc import Callable
from typing import Any

import msgspec
import polars as pl
from msgspec import Struct

from penstock.components.budgets import peak_memory, single_row_seconds
from penstock.components.errors import NothingToJudge, UnknownLimit
from penstock.components.limits import Limit
from penstock.components.registered import Found
from penstock.components.verdict import Check, Verdict
from penstock.core.json import Json
from penstock.dsl.durations import parse_duration, parse_memory
from penstock.evaluation import WrongOption, compare, evaluate
from penstock.evaluation.estimates import MAIN, METRICS

_MEMORY_ROWS = 1_000


class Demands(Struct, frozen=True, kw_only=True):
    """What a gate asks for; see `gate`."""

    limits: list[Limit] = []
    beats: str = ""
    metric: str = ""
    margin: float = 0.0
    significance: float = 0.05
    positive: str = ""
    sensitive: list[str] = []
    max_fairness_gap: float | None = None
    fairness: str = ""
    max_size: str = ""
    max_latency: str = ""
    max_memory: str = ""


FindChampion = Callable[[str, str], "Found | None"]
"""The version that an alias of a registered model stands for; None if it stands for none."""


def judge_model(
    model: Any, data: pl.DataFrame, target: str, name: str, demands: Demands, find_champion: FindChampion
) -> Verdict:
    """The verdict on a model.

    Raises:
        NothingToJudge: There are no rows to judge by.
        UnknownLimit: A demand cannot be read.
    """
    _require_rows(data, target, name)
    judgement = _Judgement(model, data, target, name, demands)
    judgement.look_at_metrics()
    judgement.look_at_fairness()
    if demands.beats:
        judgement.look_at_champion(find_champion)
    judgement.look_at_budgets()
    return judgement.verdict()


class _Judgement:
    def __init__(self, model: Any, data: pl.DataFrame, target: str, name: str, demands: Demands) -> None:
        self.model, self.data, self.target, self.name, self.demands = model, data, target, name, demands
        self.checks: list[Check] = []
        self.notes: list[str] = []
        self.figures: dict[str, float] = {}
        self.comparison: dict[str, Json] | None = None
        self.champion: Found | None = None
        self.found = evaluate(
            model,
            data,
            target,
            positive=demands.positive or None,
            sensitive=demands.sensitive,
            bootstrap=0,
            explain=False,
        )
        self.figures |= {name: float(one) for name, one in self.found.metrics.items() if one.value is not None}

    def verdict(self) -> Verdict:
        """What came of it."""
        return Verdict(
            passed=all(check.passed for check in self.checks),
            name=self.name,
            checks=self.checks,
            rows=len(self.data),
            figures=self.figures,
            comparison=self.comparison,
            champion=self.champion.version if self.champion else "",
            champion_version=self.champion.number if self.champion else None,
            compared_with=self.demands.beats,
            notes=self.notes,
        )

    def look_at_metrics(self) -> None:
        """Hold each metric to its limits."""
        if self.target in [one.name for one in self.model.signature.inputs]:
            self.notes.append(f"the model asks for '{self.target}', its own target, which no row in production has")
        for limit in self.demands.limits:
            estimate = self.found.metrics.get(limit.metric)
            if estimate is None:
                known = ", ".join(self.found.metrics)
                reason = f"{limit.metric} is no metric of a {self.found.task} model (there are {known})"
                self._check(limit.metric, passed=False, reason=reason, limit=limit.bound)
                continue
            value = float(estimate)
            passed = limit.holds(value)
            shown = "undefined on these rows" if estimate.value is None else f"{value:.4g}"
            reason = (
                f"{limit.metric} is {shown}, and must be {limit.words}"
                if not passed
                else (f"{limit.metric} is {shown}, {limit.words}")
            )
            self._check(limit.metric, passed=passed, reason=reason, value=value, limit=limit.bound)

    def look_at_fairness(self) -> None:
        """Hold the gaps between groups to their limit."""
        bound = self.demands.max_fairness_gap
        if bound is None:
            return
        if not self.demands.sensitive:
            advice = 'name the columns, as in `sensitive=["sex"]`'
            raise UnknownLimit(limit="max_fairness_gap", value="a gap between no groups", advice=advice)
        for one in self.found.fairness:
            chosen = self.demands.fairness or next(iter(one.gaps), "")
            gap = one.gaps.get(chosen)
            if gap is None or gap.value is None:
                there = f" (there are {', '.join(one.gaps)})" if one.gaps else ""
                reason = f"the groups of {one.attribute} cannot be compared by {chosen or 'any gap'}{there}"
                self._check("fairness", passed=False, reason=reason, limit=bound)
                continue
            self.figures[f"{chosen}_{one.attribute}"] = gap.value
            passed = gap.value <= bound
            what = f"the {chosen.replace('_', ' ')} by {one.attribute} is {gap.value:.3g}"
            words = f"at most {bound:g}" if passed else f"and must be at most {bound:g}"
            self._check("fairness", passed=passed, reason=f"{what}, {words}", value=gap.value, limit=bound)
            self.notes += one.notes

    def look_at_champion(self, find_champion: FindChampion) -> None:
        """Compare with the version in production, on the same rows."""
        alias = self.demands.beats
        champion = self.champion = find_champion(self.name, alias)
        if champion is None:
            self._check("champion", passed=True, reason=f"{self.name} has no {alias} yet: this is the first")
            return
        if champion.model.digest == self.model.digest:
            self._check("champion", passed=True, reason=f"it is the {alias}, {champion.version}, itself")
            return
        lacking = [one.name for one in champion.model.signature.inputs if one.name not in self.data.columns]
        if lacking:
            names = ", ".join(f"'{column}'" for column in lacking)
            reason = (
                f"it cannot be compared with the {alias}, {champion.version}, which takes {names}: "
                "the rows of the gate have no such column"
            )
            self._check("champion", passed=False, reason=reason)
            return
        self._compare(champion, alias)

    def _compare(self, champion: Found, alias: str) -> None:
        metric = self.demands.metric or self._main_metric()
        if metric not in METRICS:
            raise UnknownLimit(limit="metric", value=metric, advice=f"write one of {', '.join(self.found.metrics)}")
        try:
            found = compare(
                champion.model,
                self.model,
                self.data,
                self.target,
                metric,
                positive=self.demands.positive or None,
                significance=self.demands.significance,
                margin=self.demands.margin,
            )
        except WrongOption:
            raise
        except Exception as error:  # noqa: BLE001 - a champion is somebody's model: what it raises is a finding
            reason = f"it cannot be compared with the {alias}, {champion.version}: {type(error).__name__}: {error}"
            self._check("champion", passed=False, reason=reason)
            return
        self.comparison = msgspec.to_builtins(found)
        self._check("champion", passed=found.better, reason=_words(found, champion, alias, metric, self.demands))

    def _main_metric(self) -> str:
        there = self.found.metrics
        return next((one for one in MAIN[self.found.task] if one in there and there[one].value is not None), "accuracy")

    def look_at_budgets(self) -> None:
        """Hold size, latency and memory to their budgets."""
        demands = self.demands
        if demands.max_size:
            bound = _bytes("max_size", demands.max_size)
            self._budget("size", float(self.model.size), bound, _megabytes)
        if demands.max_latency:
            bound = _seconds("max_latency", demands.max_latency)
            inputs = [one.name for one in self.model.signature.inputs]
            self._budget("latency", single_row_seconds(self.model, self.data.select(inputs)), bound, _milliseconds)
        if demands.max_memory:
            bound = _bytes("max_memory", demands.max_memory)
            held = peak_memory(self.model.folder, self.data.head(_MEMORY_ROWS))
            self._budget("memory", float(held), bound, _megabytes)

    def _budget(self, what: str, value: float, bound: float, shown: Callable[[float], str]) -> None:
        self.figures[what] = value
        passed = value <= bound
        words = f"at most {shown(bound)}" if passed else f"and must be at most {shown(bound)}"
        of = {"size": "the package has", "latency": "a single row takes", "memory": "a fresh process needs"}[what]
        self._check(what, passed=passed, reason=f"{of} {shown(value)}, {words}", value=value, limit=bound)

    def _check(
        self, name: str, *, passed: bool, reason: str, value: float | None = None, limit: float | None = None
    ) -> None:
        finite = value if value is not None and value == value else None
        self.checks.append(Check(name=name, passed=passed, reason=reason, value=finite, limit=limit))


def _require_rows(data: pl.DataFrame, target: str, name: str) -> None:
    if not len(data):
        raise NothingToJudge(name=name, reason="the table has no rows")
    if target in data.columns and data[target].null_count() == len(data):
        raise NothingToJudge(name=name, reason=f"'{target}' is missing in all {len(data):,} rows")


def _words(found: Any, champion: Found, alias: str, metric: str, demands: Demands) -> str:
    figures = (
        f"{metric} {float(found.challenger):.4g} against {float(found.champion):.4g} of the {alias}, {champion.version}"
    )
    more = f" by more than {demands.margin:g}" if demands.margin else ""
    chance = "" if found.p_value is None else f" (p = {found.p_value:.2g})"
    if found.better:
        return f"better{more}: {figures}{chance}"
    return f"not better{more} at a significance of {demands.significance:g}: {figures}{chance}"


def _bytes(name: str, text: str) -> float:
    try:
        return float(parse_memory(text))
    except ValueError as error:
        raise UnknownLimit(limit=name, value=text, advice=f'write `{name}="50M"`') from error


def _seconds(name: str, text: str) -> float:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UnknownLimit(limit=name, value=text, advice=f'write `{name}="20ms"`') from error


def _megabytes(size: float) -> str:
    return f"{size / 1e6:.3g} MB" if size >= 1e5 else f"{size / 1e3:.3g} KB"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms"
