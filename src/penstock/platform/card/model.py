"""What a model is: its type, what it predicts, what runs it, its preprocessing step by step, its environment."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from penstock.core.errors import PenstockError
from penstock.metadata.registry import ModelVersion
from penstock.platform.card.parts import Block, Facts, Prose, Section, Table
from penstock.platform.report.words import number, shorten, size

if TYPE_CHECKING:
    from penstock.models import Model

_MOST_PACKAGES = 40
_MOST_TEXT = 300
_SHOWN_ELSEWHERE = ("penstock.", "metric.")
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def model_section(version: ModelVersion, model: "Model | None") -> Section:
    """What it is."""
    facts: dict[str, str] = {}
    if model is not None:
        package = model.package
        facts |= {
            "predicts": package.target or "not recorded",
            "task": model.task,
            "type": package.class_,
            "runs as": "one compiled graph" if package.runtime == "graph" else "the original object",
            "not compiled": package.not_compiled,
            "size": size(model.size),
        }
    facts |= {"digest": version.digest or "", "replay": version.tags.get("penstock.replay", "")}
    facts |= {name: text for name, text in sorted(version.tags.items()) if not name.startswith(_SHOWN_ELSEWHERE)}
    blocks: list[Block] = [Facts({name: text for name, text in facts.items() if text})]
    if model is not None and model.parity:
        shown = {name: _shown(data) for name, data in model.parity.items() if isinstance(data, int | float | str)}
        blocks += [Prose("The compiled graph against the original, on rows that are hard to agree on:"), Facts(shown)]
    return Section("Model", blocks)


def preprocessing_section(model: "Model | None") -> Section:
    """The steps from the raw row to the prediction."""
    if model is None:
        return Section("Preprocessing", [])
    try:
        original = model.original()
    except PenstockError as error:
        return Section("Preprocessing", [Prose(f"The original was not opened: {error.message()}.")])
    rows = list(_steps(original))
    if not rows:
        return Section("Preprocessing", [Prose("None inside the model: it takes its columns as they are.")])
    return Section("Preprocessing", [Table(heads=["step", "what", "columns"], rows=rows)])


def environment_section(model: "Model | None") -> Section:
    """What it needs to run."""
    lock = model.folder / "penstock" / "environment.txt" if model is not None else None
    if model is None or lock is None or not lock.is_file():
        return Section("Environment", [])
    lines = [line.strip() for line in lock.read_text(encoding="utf-8").splitlines()]
    packages = [line for line in lines if line and not line.startswith("#")]
    more = f", … ({len(packages)} in all)" if len(packages) > _MOST_PACKAGES else ""
    text = ", ".join(packages[:_MOST_PACKAGES]) + more
    return Section("Environment", [Facts({"Python": model.package.python, "packages": text})])


def _steps(estimator: Any, lead: str = "") -> Iterator[list[str]]:
    """Each step of a scikit-learn pipeline, those of what it holds included, except a bare estimator's own."""
    steps = getattr(estimator, "steps", None)
    if isinstance(steps, list):
        for name, step in steps:
            yield from _step(f"{lead}{name}", step, "")
    elif hasattr(estimator, "transformers_") or hasattr(estimator, "transformers"):
        yield from _step(lead, estimator, "")


def _step(name: str, step: Any, columns: str) -> Iterator[list[str]]:
    inner = getattr(step, "transformers_", None) or getattr(step, "transformers", None)
    if inner is not None:
        for part, transformer, chosen in inner:
            yield from _step(f"{name} / {part}" if name else str(part), transformer, _columns(chosen))
    elif isinstance(getattr(step, "steps", None), list):
        for part, one in step.steps:
            yield from _step(f"{name} / {part}", one, columns)
    else:
        yield [
            name,
            step if isinstance(step, str) else shorten(_ADDRESS.sub("", " ".join(repr(step).split())), _MOST_TEXT),
            columns,
        ]


def _columns(chosen: Any) -> str:
    named = chosen if isinstance(chosen, list | tuple) else [chosen]
    runs = all(isinstance(one, int) for one in named) and len(named) > 3
    if runs and all(b - a == 1 for a, b in pairwise(named)):
        return f"{named[0]} to {named[-1]}"
    return shorten(", ".join(map(str, named)), _MOST_TEXT)


def _shown(data: float | str) -> str:
    if isinstance(data, bool):
        return "yes" if data else "no"
    return data if isinstance(data, str) else number(data) if isinstance(data, int) else f"{data:.3g}"
