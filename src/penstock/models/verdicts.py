"""Whether what a model says again is what was recorded."""

from typing import Any

from penstock.models.package import Expected

SAME = 1e-9
"""How far a number may be off, relative to its size where that is above 1: the last bits depend on the processor."""
_GRAPH_SAME = 1e-6
"""Of a graph, which computes in float32."""


def compared(expected: Expected | None, said: dict[str, Any]) -> tuple[str, str]:
    """The cause why a replay is refused, and its reason; both empty if it is not.

    Args:
        expected: What was recorded; None for models that were made elsewhere.
        said: What the model said now.
    """
    if bad := _nan(said.get("predictions")):
        return "nan", f"it predicts {bad}"
    if expected is None:
        return "", ""
    for name in ("predictions", "probabilities", "graph_predictions", "graph_probabilities"):
        before, now = getattr(expected, name), said.get(name)
        if before is None or (now is None and name.startswith("graph")):
            continue
        tolerance = _GRAPH_SAME if name.startswith("graph") else SAME
        if where := _difference(before, now, tolerance):
            words = name.replace("graph_", "graph's ")
            return "changed", f"its {words} are not those that were recorded: {where}"
    return "", ""


def _nan(values: Any) -> str:
    for row, value in enumerate(values or ()):
        parts = value if isinstance(value, list) else [value]
        if any(part is None for part in parts):
            return f"NaN for row {row} of its own example"
        if any(part in ("inf", "-inf") for part in parts):
            return f"an infinity for row {row} of its own example"
    return ""


def _difference(before: Any, now: Any, tolerance: float) -> str:
    if not isinstance(now, list) or len(before) != len(now):
        return f"{len(before)} rows before, {len(now) if isinstance(now, list) else 'none'} now"
    for row, (old, new) in enumerate(zip(before, now, strict=True)):
        if not _same(old, new, tolerance):
            return f"row {row} was {old}, and is {new}"
    return ""


def _same(old: Any, new: Any, tolerance: float) -> bool:
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(_same(a, b, tolerance) for a, b in zip(old, new, strict=True))
    if isinstance(old, float) and isinstance(new, float | int):
        return abs(old - new) <= tolerance * max(1.0, abs(old))
    return bool(old == new)
