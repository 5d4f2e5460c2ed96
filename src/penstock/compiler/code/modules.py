"""One module of the author's, read but not run: its definitions, imports, and statements with effects."""

from __future__ import annotations

import ast
import builtins
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from penstock.compiler.code.clues import Clues, find_clues
from penstock.compiler.code.imports import Import, imports_of
from penstock.compiler.code.references import References, find_references
from penstock.compiler.code.scopes import bound_names

_AUTHORING = frozenset({"component", "pipeline"})

Statements = list[ast.stmt]

DOCSTRING = "__doc__"
"""The part that is a module's own docstring; it counts only where it is named."""


@dataclass(eq=False, kw_only=True)
class Module:
    """A module's source, sorted by what its top-level statements do."""

    name: str
    """Dotted, as it is imported."""
    path: Path | None
    """None for a namespace package, and for a module that was put together."""
    source: bytes
    is_package: bool
    definitions: dict[str, Statements] = field(default_factory=dict)
    """Functions, classes and assigned names, each with all statements that define it."""
    imports: dict[str, list[Import]] = field(default_factory=dict)
    """What each imported name stands for; several where branches import it differently."""
    stars: list[str] = field(default_factory=list)
    """Modules that everything is imported from."""
    effects: Statements = field(default_factory=list)
    """Statements that do something when the module is loaded, besides giving names to things."""
    loads: list[str] = field(default_factory=list)
    """Modules that are imported when this one is loaded."""
    conditional: set[str] = field(default_factory=set)
    """Names that are bound inside of `effects`."""
    decorated: dict[str, set[str]] = field(default_factory=dict)
    """By definition, the names that its decorators begin with; not of components, which are called by name."""
    decorators: dict[str, list[ast.expr]] = field(default_factory=dict)
    """All decorators by definition, also those that say how to run it."""
    texts: dict[int, list[str]] = field(default_factory=dict)
    """Docstrings and other bare texts that were taken out of a statement, by its `id`."""
    order: list[tuple[str, ast.stmt]] = field(default_factory=list)
    """The modules that are imported (a line each) and the statements of `definitions` and `effects`, as they follow."""
    _digests: dict[tuple[str, bool], str] = field(default_factory=dict)
    _references: dict[str, References] = field(default_factory=dict)
    _clues: dict[str, Clues] = field(default_factory=dict)

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @property
    def archive_path(self) -> str:
        """Where the module lies below the folder that it is imported from."""
        folder = self.name.replace(".", "/")
        return f"{folder}/__init__.py" if self.is_package else f"{folder}.py"

    @property
    def binds(self) -> set[str]:
        """Every name that the module's top level gives a meaning to."""
        return {*self.definitions, *self.imports, *self.conditional}

    def imports_itself(self, name: str) -> bool:
        """Whether a name is a submodule that this package imports: `from . import name`."""
        found = self.imports.get(name, ())
        return bool(found) and all(one.module == self.name and one.name == name for one in found)

    def digest(self, part: str, *, docs: bool = False) -> str:
        """A short digest of a definition, of `<module>` (the effects), or of `*` (everything).

        Comments, layout and docstrings do not count, nor does penstock's own decorator on a component. What an
        imported name stands for does: the same words mean something else after `from m import b as a`.

        Args:
            part: Which one.
            docs: Docstrings count all the same, because they are read.
        """
        if (part, docs) not in self._digests:
            lines = [*map(ast.dump, self._statements(part)), *self._meanings(part), *self._places(part)]
            if docs:
                lines += [text for one in self._statements(part) for text in self.texts.get(id(one), ())]
            text = "\n".join(lines)
            self._digests[part, docs] = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]
        return self._digests[part, docs]

    def _meanings(self, part: str) -> Iterator[str]:
        """What the imported names that a part uses stand for, a line each."""
        for name in sorted({chain[0] for chain in self.references(part).chains}):
            yield from dict.fromkeys(f"{name} is {one.module}:{one.name or ''}" for one in self.imports.get(name, ()))
            if name not in self.binds and not hasattr(builtins, name):
                yield from (f"{name} may be {star}:{name}" for star in self.stars)

    def _places(self, part: str) -> Iterator[str]:
        """How many of the statements that change things stand before each of a part's statements that looks at things.

        `Y = f()` means something else before `X = 2` than behind it, where `X` had another value before.
        """
        if part == "*" or not self._turns:
            return
        for statement in self._statements(part):
            before = self._turns.get(id(statement))
            if before:
                yield f"after {before}"

    @cached_property
    def text_digest(self) -> str:
        """Of every character, for code that reads code."""
        return hashlib.sha256(self.source).hexdigest()[:16]

    @cached_property
    def _turns(self) -> dict[int, int]:
        """By statement, how many come before it that do something, or that give a name another meaning."""
        changing = {id(one) for one in self.effects}
        changing |= {id(one) for group in self.definitions.values() if len(group) > 1 for one in group}
        needed = {chain[0] for chain in self.references("<module>").chains}
        looked_at = {id(one) for name in needed & self.definitions.keys() for one in self.definitions[name]}
        found: dict[int, int] = {}
        count = 0
        for _, statement in self.order:
            if id(statement) in changing | looked_at or not is_fixed(statement):
                found[id(statement)] = count
            count += id(statement) in changing
        return found if changing else {}

    def clues(self, part: str) -> Clues:
        """What a part may use that its names do not show."""
        if part not in self._clues:
            self._clues[part] = find_clues(self._statements(part), self.package)
        return self._clues[part]

    def references(self, part: str) -> References:
        """What a part refers to outside of itself."""
        if part not in self._references:
            self._references[part] = find_references(self._statements(part), self.package)
        return self._references[part]

    @cached_property
    def all_imports(self) -> list[str]:
        """Every module that is imported anywhere in it, also inside of functions."""
        found = dict.fromkeys(self.loads)
        for part in ("*", "<module>"):
            for one in (*self.references(part).imports, *self.clues(part).imports):
                found.update(dict.fromkeys(one.modules()))
        return list(found)

    def _statements(self, part: str) -> Statements:
        if part == "<module>":
            return self.effects
        if part == "*":
            groups = (group for name, group in self.definitions.items() if name != DOCSTRING)
            return [statement for group in groups for statement in group] + self.effects
        return self.definitions[part]


def parse_module(name: str, path: Path | None, *, is_package: bool, source: bytes | None = None) -> Module:
    """Read a module from its file, or from `source`.

    Raises:
        SyntaxError: It is not Python.
        OSError: It cannot be read.
    """
    if source is None:
        source = b"" if path is None else path.read_bytes()
    module = Module(name=name, path=path, source=source, is_package=is_package)
    _Sorter(module).sort(ast.parse(source, filename=str(path)).body)
    return module


class _Sorter:
    """Sorts the statements of one module."""

    def __init__(self, module: Module) -> None:
        self.module = module

    def sort(self, body: Statements) -> None:
        if body and _is_bare_text(body[0]):
            self.module.definitions[DOCSTRING] = [body[0]]
        for statement in body:
            self._sort(statement)
        for name, group in self.module.definitions.items():
            for statement in group:
                decorators = list(getattr(statement, "decorator_list", []))
                self.module.decorators.setdefault(name, []).extend(decorators)
                if decorators and not any(map(self._is_authoring, decorators)):
                    self.module.decorated.setdefault(name, set()).update(_heads(decorators))
                self._strip(statement)

    def _sort(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Import() | ast.ImportFrom():
                self._import(statement)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._define(statement.name, statement)
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case ast.If() if _is_name_main(statement.test):
                for inner in statement.orelse:
                    self._sort(inner)
            case ast.If() if _is_type_checking(statement.test):
                for inner in statement.orelse:
                    self._sort(inner)
            case _:
                names = list(_assigned_names(statement))
                for name in names and dict.fromkeys([*names, *sorted(bound_names([statement]))]):
                    self._define(name, statement)
                if not names:
                    self._effect(statement)

    def _define(self, name: str, statement: ast.stmt) -> None:
        self.module.definitions.setdefault(name, []).append(statement)
        self.module.order.append(("", statement))

    def _import(self, statement: ast.Import | ast.ImportFrom) -> None:
        for name, one in imports_of(statement, self.module.package):
            self.module.loads.extend(one.modules())
            self.module.order += [(loaded, statement) for loaded in one.modules()]
            if name == "*":
                self.module.stars.append(one.module)
            elif one.module != "__future__":
                self.module.imports.setdefault(name, []).append(one)

    def _effect(self, statement: ast.stmt) -> None:
        self.module.effects.append(statement)
        self.module.order.append(("", statement))
        self.module.conditional |= bound_names([statement])
        for inner in _statements_within(statement):
            if isinstance(inner, ast.Import | ast.ImportFrom):
                self._import(inner)
        self._strip(statement)

    def _strip(self, statement: ast.stmt) -> None:
        """Take out what does not count: docstrings, and the decorators that only say how to run it."""
        texts = self.module.texts.setdefault(id(statement), [])
        for node in ast.walk(statement):
            for name in ("body", "orelse", "finalbody"):
                inner = getattr(node, name, None)
                if isinstance(inner, list):
                    texts += [f"{at == 0} {ast.dump(one)}" for at, one in enumerate(inner) if _is_bare_text(one)]
                    inner[:] = [one for one in inner if not _is_bare_text(one)]
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                node.decorator_list = [one for one in node.decorator_list if not self._is_authoring(one)]

    def _is_authoring(self, decorator: ast.expr) -> bool:
        node = decorator.func if isinstance(decorator, ast.Call) else decorator
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return False
        for one in self.module.imports.get(node.id, ()):
            last = names[0] if names else one.name
            if one.module.partition(".")[0] == "penstock" and last in _AUTHORING:
                return True
        return False


def _assigned_names(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement assigns, if that is all it does."""
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    elif type(statement).__name__ == "TypeAlias":  # from Python 3.12 on
        targets = [statement.name]  # type: ignore[attr-defined]
    names = [list(_names_of(target)) for target in targets]
    if names and all(names):
        yield from (name for group in names for name in group)


def is_fixed(statement: ast.stmt) -> bool:
    """Whether a statement means the same wherever it stands: it looks at nothing when it is loaded."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        defaults = [one for one in (*statement.args.defaults, *statement.args.kw_defaults) if one is not None]
        return not statement.decorator_list and all(isinstance(one, ast.Constant) for one in defaults)
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return not any(isinstance(one, ast.Name | ast.Call) for one in ast.walk(statement.value or ast.Constant(None)))
    return isinstance(statement, ast.Expr)


def _names_of(target: ast.expr) -> Iterator[str]:
    """The names in an assignment's target; none if it assigns to anything but names."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        groups = [list(_names_of(one.value if isinstance(one, ast.Starred) else one)) for one in target.elts]
        if all(groups):
            yield from (name for group in groups for name in group)


def _heads(decorators: Iterable[ast.expr]) -> Iterator[str]:
    """The names that decorators begin with: `registry` of `@registry.add("x")`."""
    for node in decorators:
        while isinstance(node, ast.Call | ast.Attribute):
            node = node.func if isinstance(node, ast.Call) else node.value
        if isinstance(node, ast.Name):
            yield node.id


def _statements_within(statement: ast.stmt) -> Iterator[ast.stmt]:
    """The statements inside of a compound one that run with it: not the bodies of functions and classes."""
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        for inner in getattr(statement, name, ()):
            if isinstance(inner, ast.stmt):
                yield inner
            if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _statements_within(inner)


def _is_bare_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_name_main(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.Eq)
        and any(isinstance(one, ast.Name) and one.id == "__name__" for one in (test.left, *test.comparators))
        and any(isinstance(one, ast.Constant) and one.value == "__main__" for one in (test.left, *test.comparators))
    )


def _is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )
