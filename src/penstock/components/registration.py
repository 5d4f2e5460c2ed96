"""Registering a model with the verdict on it, and promoting it if that lets it pass."""

import logging
from typing import Any, Literal, NamedTuple

from penstock.client.http import Refused
from penstock.client.registry import RegistryClient, Version
from penstock.components.errors import ModelRefused
from penstock.components.verdict import Verdict
from penstock.dsl import component
from penstock.evaluation import Evaluation
from penstock.models import Model

_ALIAS_MOVED = "STO044"

logger = logging.getLogger(__name__)


class Registered(NamedTuple):
    """What became of a model."""

    version: str
    """Its name and number, such as `taxi/3`."""
    status: str
    """`READY` or `REFUSED`."""
    promoted: bool
    """Whether it has the alias that it was to get."""
    reason: str


@component(name="register", cache=False)
def register(
    model: Model,
    name: str,
    verdict: Verdict | None = None,
    evaluation: Evaluation | None = None,
    promote_to: str = "champion",
    on_refusal: Literal["keep", "fail"] = "keep",
    replay: bool = True,
    replay_budget: float = 10.0,
    tags: dict[str, str] | None = None,
    trust: bool = False,
) -> Registered:
    """Put a model on record as the next version of a name, and promote it if the verdict lets it pass.

    A refused model is kept, marked with the reasons, and not promoted; the run goes on. Before that, the package is
    replayed in a clean environment, which may refuse it too. A version that is there already, of the very same model,
    is taken as it is. What the verdict was compared with must still be in place: if somebody else promoted meanwhile,
    the version stays as it is, and the result says so.

    Args:
        model: The model.
        name: What it is registered as.
        verdict: That of a gate; without one, nothing stands in the way.
        evaluation: For the model's card: it is on record as what belongs to the version.
        promote_to: The alias that a version which passed gets; empty for none.
        on_refusal: `fail` has the run fail where a model was refused or not promoted.
        replay: Whether to load the package in a clean environment first.
        replay_budget: Seconds that loading and predicting may take there.
        tags: For people and programs.
        trust: Whether the model's original may be loaded whatever it is, also classes of the author's own, which come
            with the package: that runs their code.

    Raises:
        ModelRefused: It was refused, and `on_refusal` is `fail`.
    """
    registry = RegistryClient.current(f"registering '{name}'")
    version = _same(registry, model, name, verdict)
    if version is None:
        refused = "" if verdict is None or verdict.passed else "; ".join(verdict.reasons)
        version = registry.register(
            name,
            model.digest,
            replay=_replayed(model, replay_budget, trust=trust) if replay and not refused else None,
            refused=refused,
            tags={**_tags(verdict, evaluation), **(tags or {})},
        )
    outcome = _promoted(registry, version, verdict, promote_to)
    logger.info("%s: %s", version, outcome.reason)
    if on_refusal == "fail" and promote_to and not outcome.promoted:
        raise ModelRefused(version=str(version), reasons=[outcome.reason.removeprefix("refused: ")])
    return outcome


def _same(registry: RegistryClient, model: Model, name: str, verdict: Verdict | None) -> Version | None:
    """A version that is this very model already, if the verdict does not speak against it."""
    if verdict is not None and not verdict.passed:
        return None
    for reference in (f"{name}@{verdict.compared_with}" if verdict and verdict.compared_with else "", f"{name}/latest"):
        found = registry.find(reference) if reference else None
        if found is not None and found.digest == model.digest:
            return found
    return None


def _promoted(registry: RegistryClient, version: Version, verdict: Verdict | None, alias: str) -> Registered:
    def outcome(reason: str, *, promoted: bool) -> Registered:
        return Registered(str(version), version.status, promoted, reason)

    if version.status != "READY":
        return outcome(f"refused: {version.status_reason}", promoted=False)
    if not alias:
        return outcome("registered; nothing was to be promoted", promoted=False)
    if registry.aliases(version.name).get(alias) == version.version:
        return outcome(f"it is the {alias} already", promoted=True)
    why = "; ".join(verdict.reasons) if verdict is not None and verdict.reasons else "no gate stood in the way"
    expected: Any = "any"
    if verdict is not None and verdict.compared_with == alias:
        expected = verdict.champion_version
    evidence = verdict.evidence() if verdict is not None else {}
    try:
        registry.promote(version.name, version.version, alias, reason=why, evidence=evidence, expected=expected)
    except Refused as error:
        if error.cause != _ALIAS_MOVED:
            raise
        return outcome(f"not promoted, for its gate compared it with another version: {error.said}", promoted=False)
    return outcome(why, promoted=True)


def _replayed(model: Model, budget: float, *, trust: bool) -> Any:
    from penstock.models.replaying import replay

    return replay(model.folder, budget, trust=trust)


def _tags(verdict: Verdict | None, evaluation: Evaluation | None) -> dict[str, str]:
    """The verdict and the main figures, where lists of versions show them."""
    tags = {} if verdict is None else {"penstock.gate": "passed" if verdict.passed else "refused"}
    figures = dict(verdict.figures) if verdict is not None else {}
    if evaluation is not None:
        figures |= {name: float(one) for name, one in evaluation.metrics.items() if one.value is not None}
    shown = {name: f"{value:.4g}" for name, value in figures.items()}
    return tags | {f"metric.{name}": value for name, value in shown.items()}
