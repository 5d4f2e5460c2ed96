"""Where a component can be imported from: its module, and its name there."""

import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from penstock.compiler.code.project import Project, is_local
from penstock.dsl.diagnostics import Code, Diagnostic
from penstock.dsl.graph import Definition
from penstock.dsl.places import place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A module-level name that a component is bound to."""

    module: str
    """Its natural dotted name; `__main__` for a notebook."""
    name: str
    namespace: Mapping[str, Any]


class Homeless(Exception):
    """A component cannot be imported anywhere; `diagnostic` says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def find_home(definition: Definition, project: Project) -> Home:
    """Where the worker can import a component from.

    Raises:
        Homeless: Nowhere: it is made inside of a function, or its name is bound to something else.
    """
    function = definition.function
    plain = inspect.unwrap(function)
    own = _namespace(function.__module__, plain.__globals__)
    if _is_bound(own.get(function.__name__), definition) and function.__qualname__ == function.__name__:
        return Home(module=natural_module(own, project), name=function.__name__, namespace=own)
    for namespace in (own, *_local_namespaces()):
        for name, value in list(namespace.items()):
            if _is_component(value, definition):
                return Home(module=natural_module(namespace, project), name=name, namespace=namespace)
    raise Homeless(_diagnostic(definition))


def natural_module(namespace: Mapping[str, Any], project: Project) -> str:
    """The name by which a module can be imported anywhere: that of a script is its file's, not `__main__`."""
    name = str(namespace.get("__name__", "__main__"))
    file = namespace.get("__file__")
    if name == "__main__" and is_script(namespace):
        return project.name_of(Path(str(file)))
    if name != "__main__" and isinstance(file, str) and is_local(file):
        found = project.find(name)
        if found is None or found.path is None or not found.path.samefile(file):
            return project.name_of(Path(file))
    return name


def is_script(namespace: Mapping[str, Any]) -> bool:
    """Whether a `__main__` is a file that can be imported, rather than a notebook or a prompt."""
    main = sys.modules.get("__main__")
    file = namespace.get("__file__")
    return main is not None and vars(main) is namespace and isinstance(file, str) and Path(file).suffix == ".py"


def _namespace(module: str, fallback: dict[str, Any]) -> dict[str, Any]:
    """The module-level names of a function's module; what it was defined with, where that is not imported."""
    if fallback.get("__name__") == module:
        return fallback
    loaded = sys.modules.get(module)
    return fallback if loaded is None else vars(loaded)


def _local_namespaces() -> Iterator[dict[str, Any]]:
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and is_local(file):
            yield vars(module)


def _is_bound(value: object, definition: Definition) -> bool:
    return value is definition.function or _is_component(value, definition)


def _is_component(value: object, definition: Definition) -> bool:
    return type(value) is type(definition) and getattr(value, "function", None) is definition.function


def _diagnostic(definition: Definition) -> Diagnostic:
    function = definition.function
    code = inspect.unwrap(function).__code__
    place = place_of(code)
    if function.__name__ == "<lambda>":
        message = "a component is a lambda, which has no name to find it by in another process"
        return Diagnostic(code=Code.NOT_AT_TOP_LEVEL, message=message, hint="write it as a `def`", place=place)
    message = f"component '{definition.name}' is not at the top level of a module, so no other process can find it"
    hint = "move it to the top level of the module"
    if code.co_freevars:
        names = ", ".join(f"`{name}`" for name in code.co_freevars)
        message += f"; it captures {names} of the function around it"
        hint += f", and take {names} as arguments"
    elif "<locals>" not in function.__qualname__ and "." in function.__qualname__:
        owner = function.__qualname__.rpartition(".")[0]
        message = f"component '{definition.name}' is inside of class `{owner}`, where no other process looks for it"
    elif "<locals>" not in function.__qualname__:
        message = f"component '{definition.name}' cannot be found: its module has something else under that name"
        hint = "give each component of a module a name of its own"
    return Diagnostic(code=Code.NOT_AT_TOP_LEVEL, message=message, hint=hint, place=place)
