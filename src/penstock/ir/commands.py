"""Command lines: `Concat` and `IfPresent` elements built out, and every placeholder resolved."""

from collections.abc import Mapping, Sequence
from typing import Any

from penstock.core.json import Json
from penstock.ir.codec import parse_json
from penstock.ir.errors import MalformedDocument, MalformedPlaceholder
from penstock.ir.placeholders import Lookup, lookup_in, substitute
from penstock.ir.runtime import ExecutorInput
from penstock.ir.wording import describe


def resolve_command(elements: Sequence[str], executor_input: ExecutorInput, values: Mapping[str, str]) -> list[str]:
    """The elements of a container's `command` or `args`, ready to be executed.

    An element that is `{"Concat": […]}` becomes one text; one that is `{"IfPresent": …}` becomes what its `Then` or
    `Else` says, which may be several elements or none.

    Args:
        elements: With placeholders.
        executor_input: What the task is given.
        values: What the run says of itself: `pipeline_job_name`, `pipeline_root`, …

    Raises:
        UnresolvedPlaceholder: One names something that the task was not given.
        MalformedPlaceholder: A `Concat` or `IfPresent` is not built as it has to be.
    """
    lookup = lookup_in(executor_input, values)
    present = present_inputs(executor_input)
    resolved: list[str] = []
    for element in elements:
        structure = read_structure(element)
        if structure is None:
            resolved.append(substitute(element, lookup))
        else:
            resolved += _build(structure, present, lookup, element)
    return resolved


def read_structure(element: str) -> dict[str, Any] | None:
    """The object that a `Concat` or `IfPresent` element says; None for any other element."""
    if not element.lstrip().startswith(('{"Concat"', '{"IfPresent"')):
        return None
    try:
        structure = parse_json(element)
    except MalformedDocument:
        return None
    return structure if isinstance(structure, dict) and len(structure) == 1 else None


def texts_in(element: str) -> list[str]:
    """Every text of an element that may hold placeholders: itself, or the leaves of its structure."""
    structure = read_structure(element)
    return [element] if structure is None else list(_leaves(structure))


def present_inputs(executor_input: ExecutorInput) -> set[str]:
    """The inputs that have a value; null and an empty list of artifacts are none."""
    inputs = executor_input.inputs
    return {name for name, value in inputs.parameter_values.items() if value is not None} | {
        name for name, artifacts in inputs.artifacts.items() if artifacts.artifacts
    }


def _build(item: Json, present: set[str], lookup: Lookup, element: str) -> list[str]:
    match item:
        case str():
            return [substitute(item, lookup)]
        case {"Concat": list(parts), **rest} if not rest:
            return ["".join(text for part in parts for text in _build(part, present, lookup, element))]
        case {"IfPresent": {"InputName": str(name), "Then": then, **rest}} if set(rest) <= {"Else"}:
            branch = then if name in present else rest.get("Else")
            items: list[Any] = branch if isinstance(branch, list) else [branch]
            return [text for part in items if part is not None for text in _build(part, present, lookup, element)]
    raise MalformedPlaceholder(element=element, reason=f"cannot use {describe(item)} there")


def _leaves(value: Json) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [leaf for item in value for leaf in _leaves(item)]
        case dict():
            return [leaf for key, item in value.items() if key != "InputName" for leaf in _leaves(item)]
    return []
