"""The code that a component is made of: from its function through every name that it uses, part by part.

A part is a definition, named `features.py:clean`, with a digest of what it says. So a change in `clean` changes
the components that use it, directly or by way of others, and no further ones. Two parts stand for more:
`features.py:<module>`, the statements that do something when the module is loaded, of every module that is
loaded; and `features.py:*`, a whole module, where it cannot be told which of its names are used. A definition
that one of the author's own decorators takes counts wherever its module is loaded, because it may be put on a list;
so does one that acts in another way (see `acting`).
"""

import builtins
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from penstock.compiler.code.acting import Acting
from penstock.compiler.code.clues import Clues
from penstock.compiler.code.imports import Import
from penstock.compiler.code.modules import DOCSTRING, Module
from penstock.compiler.code.project import Project
from penstock.compiler.code.references import Chain
from penstock.compiler.code.sequence import sequence_of

_ANY_NAME: frozenset[Chain] = frozenset({("globals",), ("eval",), ("exec",), ("sys", "modules")})
"""What can reach any name of the module that it is used in."""

_PLAIN_DUNDERS = frozenset({"__name__", "__file__", "__package__", "__path__", "__spec__", "__version__", "__class__"})
_QUALIFIED = re.compile(r"[A-Za-z_]\w*(?:[.:][A-Za-z_]\w*)+")


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
    texts: set[str] = field(default_factory=set)
    """Short texts in the code, which may name files."""
    variables: set[str] = field(default_factory=set)
    """Environment variables that the code reads."""


def close_over(project: Project, module: Module, name: str, acting: Acting | None = None) -> Closure:
    """The closure of the definition `name` of `module`.

    Args:
        project: The author's code.
        module: Where the definition is.
        name: What it is called there.
        acting: What is known of the project's modules from other closures.
    """
    walk = _Walk(project, acting or Acting(project))
    walk.load(module)
    walk.name(module, (name,))
    walk.run()
    walk.sum_up(module)
    return walk.found


class _Walk:
    def __init__(self, project: Project, acting: Acting) -> None:
        self.project = project
        self.found = Closure()
        self._acting = acting
        self._waiting: list[tuple[Module, str]] = []
        self._seen: dict[tuple[str, str], Module] = {}
        self._resolved: set[tuple[str, Chain]] = set()
        self._clues = Clues()
        self._actors: set[str] = set()

    def run(self) -> None:
        while self._waiting:
            module, part = self._waiting.pop()
            references = module.references(part)
            self.found.guarded |= references.guarded
            clues = module.clues(part)
            for one in (*references.imports, *clues.imports):
                self._load_names(one.modules())
                if self.project.find(one.module) is None:
                    self.found.externals.add(one.loaded or one.module)
            for chain in references.chains:
                self.name(module, chain)
            for one, attributes in references.imported:
                self._import(one, attributes)
            self._follow_clues(module, clues)

    def sum_up(self, first: Module) -> None:
        """Digest what was found."""
        docs = self._clues.reads_docs
        for (_, part), module in self._seen.items():
            count = docs or (part in module.definitions and self._acting.has_foreign_base(module, part))
            self.found.parts[f"{self.project.shown(module)}:{part}"] = module.digest(part, docs=count)
            if self._clues.reads_source:
                self.found.parts[f"{self.project.shown(module)}:<text>"] = module.text_digest
        used = {one.name for one in self._seen.values()}
        sequence = sequence_of(first, self.project.find, used, self._actors)
        if sequence:
            self.found.parts["<order of imports>"] = sequence

    def load(self, module: Module) -> None:
        """Note that a module is loaded, and with it the packages around it and what it imports."""
        if module.name in self.found.loaded:
            return
        self.found.loaded[module.name] = module
        if module.effects:
            self._add(module, "<module>")
        acting = list(self._acting.names(module))
        for name, decorators in module.decorated.items():
            if any(self._is_authors(module, decorator) for decorator in decorators):
                acting.append(name)
        for name in acting:
            self._actors.add(module.name)
            self._add(module, name)
        self._take_any(module)
        package = module.name.rpartition(".")[0]
        if package:
            self._load_names([package])
        self._load_names(module.loads)

    def _follow_clues(self, module: Module, clues: Clues) -> None:
        self.found.texts |= clues.texts
        self.found.variables |= clues.variables
        for one in clues.imports:
            self._import(one, ())
        for text in clues.texts:
            for found in _QUALIFIED.findall(text):
                words = re.split("[.:]", found)
                for start in range(len(words) - 1):  # `object:features.Cleaner`
                    self._named(tuple(words[start:]))
        for chain in clues.packages:
            self._package(self._package_name(module, chain))
        if clues.own_names:
            self._whole(module)
        mine = self._clues
        mine.reads_docs |= clues.reads_docs
        mine.reads_source |= clues.reads_source
        mine.any_module |= clues.any_module
        mine.takes_subclasses |= clues.takes_subclasses
        if clues.any_module or clues.takes_subclasses:
            for loaded in list(self.found.loaded.values()):
                self._take_any(loaded)

    def _take_any(self, module: Module) -> None:
        """What counts of a module that is loaded, because something reaches all that is loaded."""
        if self._clues.any_module:
            self._whole(module)
        if self._clues.takes_subclasses:
            for name in self._acting.subclasses(module):
                self._add(module, name)

    def _named(self, chain: Chain) -> None:
        """Follow a text that may be the full name of a definition: `"features.Cleaner"`, `"features:Cleaner"`."""
        for length in range(len(chain) - 1, 0, -1):
            module = self.project.find(".".join(chain[:length]))
            if module is not None:
                if chain[length] in module.binds:
                    self._within(module, chain[length:])
                elif (inner := self.project.find(".".join(chain[: length + 1]))) is not None and inner.path is not None:
                    self._within(inner, chain[length + 1 :])
                return

    def _package_name(self, module: Module, chain: Chain) -> str:
        if chain[0] != "<name>":
            return ".".join(chain)
        for one in module.imports.get(chain[1], ()):
            names = (one.module, *((one.name,) if one.name else ()), *chain[2:])
            return ".".join(names)
        return ".".join(chain[1:])

    def _package(self, name: str) -> None:
        """Take every module right below a package: some are imported by names that are made when it runs."""
        for inner in self.project.below(name):
            self.load(inner)
            self._whole(inner)

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
            if not module.stars and not hasattr(builtins, head) and head not in ("__file__", "__path__"):
                self._whole(module)  # something gives it a meaning that cannot be seen

    def _is_authors(self, module: Module, name: str) -> bool:
        """Whether a name of `module` is the author's: as a decorator, it may put what it decorates on some list."""
        if name in module.definitions:
            return True
        if name in module.imports:
            return any(self.project.find(one.module) is not None for one in module.imports[name])
        return any(self.project.find(star) is not None for star in module.stars)

    def _add(self, module: Module, part: str) -> None:
        if (module.name, part) not in self._seen:
            self._seen[module.name, part] = module
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
        elif chain[0] in module.binds and not module.imports_itself(chain[0]):
            self.name(module, chain)
        elif (inner := self.project.find(f"{module.name}.{chain[0]}")) is not None:
            self._within(inner, chain[1:])
        elif module.stars:
            self.name(module, chain)
        elif chain[0] not in _PLAIN_DUNDERS and chain[0] != DOCSTRING:
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
