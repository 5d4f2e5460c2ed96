"""The code that a component is made of: from its function through every name that it uses, part by part.

A part is a definition, named `features.py:clean`, with a digest of what it says. So a change in `clean` changes
the components that use it, directly or by way of others, and no further ones. Two parts stand for more:
`features.py:<module>`, the statements that do something when the module is loaded, of every module that is
loaded; and `features.py:*`, a whole module, where it cannot be told which of its names are used. A definition
that one of the author's own decorators takes counts wherever its module is loaded: it may be put on a list.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from penstock.compiler.code.modules import Module
from penstock.compiler.code.project import Project
from penstock.compiler.code.references import Chain, Import

_ANY_NAME: frozenset[Chain] = frozenset({("globals",), ("eval",), ("exec",), ("sys", "modules")})
"""What can reach any name of the module that it is used in."""


@dataclass(kw_only=True)
class Closure:
    """What one component needs."""

    parts: dict[str, str] = field(default_factory=dict)
    """Digest by part."""
    loaded: dict[str, Module] = field(default_factory=dict)
    """The author's modules that are loaded when it runs, by name."""
    externals: set[str] = field(default_factory=set)
    """Modules of others whose names its code uses."""
    warm: set[str] = field(default_factory=set)
    """Modules of others that are imported when its code is loaded or run."""
    guarded: set[str] = field(default_factory=set)
    """Modules that the code can do without."""


def close_over(project: Project, module: Module, name: str) -> Closure:
    """The closure of the definition `name` of `module`."""
    walk = _Walk(project)
    walk.load(module)
    walk.name(module, (name,))
    walk.run()
    return walk.found


class _Walk:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.found = Closure()
        self._waiting: list[tuple[Module, str]] = []
        self._seen: set[tuple[str, str]] = set()
        self._resolved: set[tuple[str, Chain]] = set()

    def run(self) -> None:
        while self._waiting:
            module, part = self._waiting.pop()
            self.found.parts[f"{self.project.shown(module)}:{part}"] = module.digest(part)
            references = module.references(part)
            self.found.guarded |= references.guarded
            for one in references.imports:
                self._load_names(one.modules())
                if self.project.find(one.module) is None:
                    self.found.externals.add(one.loaded or one.module)
            for chain in references.chains:
                self.name(module, chain)
            for one, attributes in references.imported:
                self._import(one, attributes)

    def load(self, module: Module) -> None:
        """Note that a module is loaded, and with it the packages around it and what it imports."""
        if module.name in self.found.loaded:
            return
        self.found.loaded[module.name] = module
        if module.effects:
            self._add(module, "<module>")
        for name, decorators in module.decorated.items():
            if any(self._is_authors(module, decorator) for decorator in decorators):
                self._add(module, name)
        package = module.name.rpartition(".")[0]
        if package:
            self._load_names([package])
        self._load_names(module.loads)

    def name(self, module: Module, chain: Chain) -> None:
        """Follow a global name of `module`, with the attributes that are taken of it."""
        if (module.name, chain) in self._resolved:
            return
        self._resolved.add((module.name, chain))
        head, rest = chain[0], chain[1:]
        if chain[:2] in _ANY_NAME and (rest or head not in module.binds):
            self._whole(module)
        if head in module.definitions:
            self._add(module, head)
        for one in module.imports.get(head, ()):
            self._import(one, rest)
        if head not in module.binds:
            for star in module.stars:
                self._star(star, chain)

    def _is_authors(self, module: Module, name: str) -> bool:
        """Whether a name of `module` is the author's: as a decorator, it may put what it decorates on some list."""
        imports = module.imports.get(name, ())
        return name in module.definitions or any(self.project.find(one.module) is not None for one in imports)

    def _add(self, module: Module, part: str) -> None:
        if (module.name, part) not in self._seen:
            self._seen.add((module.name, part))
            self._waiting.append((module, part))

    def _load_names(self, names: Iterable[str]) -> None:
        for name in names:
            module = self.project.find(name)
            if module is not None:
                self.load(module)
            else:
                self.found.warm.add(name)

    def _import(self, one: Import, attributes: Chain) -> None:
        module = self.project.find(one.module)
        if module is None:
            self.found.externals.add(one.module)
        else:
            self._within(module, attributes if one.name is None else (one.name, *attributes))

    def _star(self, name: str, chain: Chain) -> None:
        module = self.project.find(name)
        if module is None:
            self.found.externals.add(name)
        elif chain[0] in module.binds or module.stars:
            self.name(module, chain)

    def _within(self, module: Module, chain: Chain) -> None:
        """Follow names that are looked up in a module from outside of it."""
        self.load(module)
        if not chain:
            self._whole(module)
        elif chain[0] in module.binds:
            self.name(module, chain)
        elif (inner := self.project.find(f"{module.name}.{chain[0]}")) is not None:
            self._within(inner, chain[1:])
        elif module.stars:
            self.name(module, chain)
        elif not (chain[0].startswith("__") and chain[0].endswith("__")):
            self._whole(module)

    def _whole(self, module: Module) -> None:
        """Take all of a module, because it cannot be told which of its names are used."""
        if module.definitions or module.effects:
            self._add(module, "*")
        for name in module.imports:
            self.name(module, (name,))
        for star in module.stars:
            inner = self.project.find(star)
            if inner is not None:
                self._whole(inner)
