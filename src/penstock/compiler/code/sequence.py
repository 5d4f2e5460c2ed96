"""In which order the author's modules do something when they are loaded, as far as the order can matter.

Two modules that put functions on the same list do so in the order of their imports. A module that only computes its
own constants does not care when it is loaded, except before or after one that changes something.
"""

import hashlib
from collections.abc import Callable, Collection

from penstock.compiler.code.modules import Module

Find = Callable[[str], Module | None]


def sequence_of(first: Module, find: Find, used: Collection[str], acting: Collection[str]) -> str:
    """A digest of the order in which modules act when `first` is imported; empty where it is the usual one.

    Args:
        first: The component's module.
        find: Finds the author's modules by name.
        used: The names of the modules whose code the component uses; the others do not count.
        acting: The names of those with definitions that act. Statements with effects are known from the modules.
    """
    turns: list[tuple[str, bool]] = []
    _visit(first, find, set(), turns)
    counted = [(name, acts or name in acting) for name, acts in turns if name in used]
    actors = {name for name, acts in counted if acts}
    if not actors or len({name for name, _ in counted}) < 2 or _is_usual(counted, actors, first.name):
        return ""
    lines: list[str] = []
    readers: set[str] = set()
    for name, acts in counted:
        if acts:
            lines += [*sorted(readers), f"{name} acts"]
            readers = set()
        else:
            readers.add(name)
    merged = [one for index, one in enumerate(lines) if index == 0 or lines[index - 1] != one]
    return hashlib.sha256("\n".join([*merged, *sorted(readers)]).encode()).hexdigest()[:16]


def _is_usual(turns: list[tuple[str, bool]], actors: set[str], first: str) -> bool:
    """Whether only one module acts: the component's own after all imports, or another one before all others."""
    if len(actors) > 1:
        return False
    names = [name for name, _ in turns]
    actor = next(iter(actors))
    if actor == first:
        return names.index(first) == len(set(names)) - 1
    return names[0] == actor


def _visit(module: Module, find: Find, seen: set[str], turns: list[tuple[str, bool]]) -> None:
    """Go through imports and statements as Python does: what is imported has its turn first."""
    if module.name in seen:
        return
    seen.add(module.name)
    package = find(module.name.rpartition(".")[0]) if "." in module.name else None
    if package is not None:
        _visit(package, find, seen, turns)
    effects = {id(one) for one in module.effects}
    for name, statement in module.order:
        if name:
            inner = find(name)
            if inner is not None:
                _visit(inner, find, seen, turns)
        elif id(statement) in effects:
            turns.append((module.name, True))
    turns.append((module.name, False))
