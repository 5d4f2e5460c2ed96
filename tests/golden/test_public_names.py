"""The public names. A change here is a change for every user: it belongs in the changelog."""

import ast
import inspect

import pytest

import penstock

NAMES = [
    "HTML",
    "JSON",
    "Artifact",
    "Cache",
    "Concat",
    "ContainerSpec",
    "Converter",
    "IfPresent",
    "Markdown",
    "Metrics",
    "Model",
    "Output",
    "Retry",
    "TaskFinalStatus",
    "Text",
    "__version__",
    "approval",
    "collect",
    "component",
    "container_component",
    "each",
    "elsewhen",
    "load_model",
    "log_metric",
    "log_metrics",
    "log_params",
    "log_tags",
    "on_exit",
    "one_of",
    "otherwise",
    "pipeline",
    "when",
]


def test_the_public_names_are_these() -> None:
    assert penstock.__all__ == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_can_be_imported_and_says_what_it_is(name: str) -> None:
    thing = getattr(penstock, name)
    assert name == "__version__" or inspect.getdoc(thing)


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(inspect.getsource(penstock))
    checked = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name for statement in checked.body for alias in statement.names}  # type: ignore[attr-defined]
    assert seen == set(NAMES) - {"__version__"}


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'penstock' has no attribute 'componet'"):
        penstock.componet  # noqa: B018
